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

export const admin: RedisUser = { username: 'admin', password: 'password-of-admin' }
export const user: RedisUser = { username: 'toril', password: 'password-of-toril' }

/** Nobody gets in without a name. `rights`, and those of the user default, as in ACL SETUSER. */
export async function writeUsers(folder: string, rights: string, ofDefault = quietDefault): Promise<string> {
  const lines = [
    `user default ${ofDefault}`,
    `user ${admin.username} on >${admin.password} ~* &* +@all`,
    `user ${user.username} on >${user.password} ${rights}`,
  ]
  const file = join(folder, 'users.acl')
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

/** A redis-server with those users. */
export async function startAclRedis(rights: string, ofDefault = quietDefault): Promise<AclRedis> {
  return startRedisWithFolder('redis-acl', async (folder) => {
    const file = await writeUsers(folder, rights, ofDefault)
    return [await startTestRedis({ args: ['--aclfile', file], client: admin }), { admin, user }]
  })
}
