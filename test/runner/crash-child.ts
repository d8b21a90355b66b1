import { createInterface } from 'node:readline'
import { createRunner } from '../../electron/runner/create-runner.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import type { QueueTiming } from '../../electron/runner/queue/queue-config.ts'

/** What the parent passes as the only argument, as JSON. */
export interface CrashPlan {
  dataDir: string
  variables: Record<string, string>
  timing: Partial<QueueTiming>
  /** Numbers of quick jobs to enqueue. */
  count: number
  /** Where given, a job that runs until this file is there is started first, and is in the history. */
  release?: string
  /** Its type, `hold` unless given. */
  holdType?: string
}

/**
 * A runner that is going to be killed. Told to `go`, it prints a line with the id of each acknowledged job; told to
 * `cancel`, one with the answer to a cancel of the job that it holds, which has all the time it wants to stop.
 */
async function main(): Promise<void> {
  const plan = JSON.parse(process.argv[2] ?? '') as CrashPlan
  const { dataDir, variables, timing, count, release, holdType = 'hold' } = plan
  const environment = readEnvironment(variables)
  const runner = await createRunner({ kind: 'headless', dataDir, environment, version: '0.0.0', timing })
  await runner.preferences.update({ cancel: { graceMs: 3_600_000 } })
  let held = ''
  if (release !== undefined) {
    const { id } = await runner.jobs.enqueue(holdType, { release })
    held = id
    process.stdout.write(`held ${id}\n`)
    // A list is read after what was saved before it is in the database.
    while ((await runner.jobs.list({ limit: 1 })).jobs[0]?.attempts.length !== 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  process.stdout.write('ready\n')
  for await (const word of createInterface({ input: process.stdin })) {
    if (word === 'cancel') {
      const { result } = await runner.jobs.cancel(held, { by: 'test', reason: 'Enough.' })
      process.stdout.write(`cancel ${result}\n`)
    }
    for (let n = 0; word === 'go' && n < count; n += 1) {
      const { id } = await runner.jobs.enqueue('quick', { n })
      process.stdout.write(`acknowledged ${id}\n`)
    }
  }
}

await main()
