import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTestRedis, type TestRedis } from './redis.ts'
import { startRedisWithFolder } from './redis-with-folder.ts'

export interface RedisUser {
  username: string
  password: string
}

export interface AclRedis extends TestRedis {
  /** May do everything. */
  readonly admin: RedisUser
  /** Has the rights given to `startAclRedis`. */
  readonly user: RedisUser
}

/**
 * With its rights, for as this user Redis runs again at its start what scripts did, and drops what is denied to it.
 */
const quietDefault = 'off nopass ~* &* +@all'

/** A redis-server with users; nobody gets in without a name. `rights`, and those of the user default, as in ACL SETUSER. */
export async function startAclRedis(rights: string, ofDefault = quietDefault): Promise<AclRedis> {
  const admin = { username: 'admin', password: 'password-of-admin' }
  const user = { username: 'toril', password: 'password-of-toril' }
  const lines = [
    `user default ${ofDefault}`,
    `user ${admin.username} on >${admin.password} ~* &* +@all`,
    `user ${user.username} on >${user.password} ${rights}`,
  ]
  return startRedisWithFolder('redis-acl', async (folder) => {
    const file = join(folder, 'users.acl')
    await writeFile(file, `${lines.join('\n')}\n`)
    return [await startTestRedis({ args: ['--aclfile', file], client: admin }), { admin, user }]
  })
}
