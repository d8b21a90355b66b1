// Run by a test as the app that will be killed: starts the managed Redis of the folder and says its process.
import { startManagedRedis } from '../../../electron/runner/connections/managed-redis/managed-redis.ts'

const redis = await startManagedRedis({ dataDir: process.argv[2] ?? '' })
process.stdout.write(`${JSON.stringify({ pid: redis.pid, adopted: redis.adopted })}\n`)
setInterval(() => undefined, 60_000)
