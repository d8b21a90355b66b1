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
}

/** A runner that is going to be killed. Prints a line with the id of each acknowledged job. */
async function main(): Promise<void> {
  const plan = JSON.parse(process.argv[2] ?? '') as CrashPlan
  const { dataDir, variables, timing, count, release } = plan
  const environment = readEnvironment(variables)
  const runner = await createRunner({ kind: 'headless', dataDir, environment, version: '0.0.0', timing })
  if (release !== undefined) {
    const { id } = await runner.jobs.enqueue('hold', { release })
    process.stdout.write(`held ${id}\n`)
    // A list is read after what was saved before it is in the database.
    while ((await runner.jobs.list({ limit: 1 })).jobs[0]?.attempts.length !== 1) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  process.stdout.write('ready\n')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  for (let n = 0; n < count; n += 1) {
    const { id } = await runner.jobs.enqueue('quick', { n })
    process.stdout.write(`acknowledged ${id}\n`)
  }
}

await main()
