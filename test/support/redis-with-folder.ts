import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestRedis } from './redis.ts'

/** A redis-server with files of its own, which go when it stops or does not start. */
export async function startRedisWithFolder<More extends object>(
  name: string,
  start: (folder: string) => Promise<[redis: TestRedis, more: More]>,
): Promise<TestRedis & More> {
  const folder = await mkdtemp(join(tmpdir(), `toril-${name}-`))
  const clean = () => rm(folder, { recursive: true, force: true })
  try {
    const [redis, more] = await start(folder)
    return {
      ...redis,
      // Another one after a restart.
      get pid() {
        return redis.pid
      },
      ...more,
      async stop() {
        await redis.stop()
        await clean()
      },
    }
  } catch (error) {
    await clean()
    throw error
  }
}
