import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, it } from 'vitest'
import { steps, tidy } from './model/commands.ts'
import { compare, fewestThreads, type Model, type Real } from './model/model.ts'
import { RunnerHome } from './runner-under-test.ts'

/** Other sequences each time; the seed that the name of the test tells repeats them, whatever else is asked for. */
const seed = Number(process.env['TORIL_TEST_SEED'] ?? randomInt(1, 2 ** 31))
const runs = Number(process.env['TORIL_TEST_RUNS'] ?? 4)

/** Jobs under random sequences of all that can be done to them, against a model of their states. */
export function itFollowsTheModel(variables: () => Record<string, string>): void {
  let home: RunnerHome
  let real: Real
  beforeAll(async () => {
    home = await RunnerHome.make({ ...variables(), TORIL_QUEUE: `model${Date.now()}` })
    real = { home, runner: await home.start() }
    // Jobs that never end must not use up the places of the others.
    await real.runner.preferences.update({
      cancel: { graceMs: 200 },
      pool: { minThreads: 1, maxThreads: fewestThreads },
      queue: { concurrency: 40 },
    })
  })
  afterAll(() => home.remove())

  it(
    `has every job in the state it must be in, whatever is done in whatever order (seed ${seed}, ${runs} runs)`,
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.commands(steps, { maxCommands: 25, size: 'max' }), async (commands) => {
          const model: Model = { paused: false, jobs: [] }
          try {
            await compare(model, real)
            await fc.asyncModelRun(() => ({ model, real }), commands)
          } finally {
            await tidy(model, real)
          }
        }),
        { seed, numRuns: runs, endOnFailure: true },
      )
    },
    60_000 + runs * 60_000,
  )
}
