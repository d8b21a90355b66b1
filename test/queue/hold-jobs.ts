import { createJobQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { QueueConfig } from '../../electron/runner/queue/queue-config.ts'

// A runner to be killed: takes jobs, tells their ids, and never finishes one.
const config = JSON.parse(process.argv[2] ?? '{}') as QueueConfig
const queue = await createJobQueue(config)
await queue.consume(
  (taken) => {
    process.stdout.write(`${taken.job.id}\n`)
    return new Promise(() => undefined)
  },
  { concurrency: 1, onSettled: () => undefined },
)
setInterval(() => undefined, 60_000)
