import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestRedis, type TestRedis } from './redis.ts'

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

/** A redis-server with users; nobody gets in without a name. `rights` as in ACL SETUSER. */
export async function startAclRedis(rights: string): Promise<AclRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-redis-acl-'))
  const admin = { username: 'admin', password: 'password-of-admin' }
  const user = { username: 'toril', password: 'password-of-toril' }
  const file = join(folder, 'users.acl')
  const lines = [
    'user default off',
    `user ${admin.username} on >${admin.password} ~* &* +@all`,
    `user ${user.username} on >${user.password} ${rights}`,
  ]
  try {
    await writeFile(file, `${lines.join('\n')}\n`)
    const redis = await startTestRedis({ args: ['--aclfile', file], client: admin })
    return {
      ...redis,
      get pid() {
        return redis.pid
      },
      admin,
      user,
      async stop() {
        await redis.stop()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
