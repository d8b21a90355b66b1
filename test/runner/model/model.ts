import { expect } from 'vitest'
import { isFinished, type Job, type JobState } from '../../../electron/contract/job.ts'
import type { Runner } from '../../../electron/runner/runner.ts'
import { jobWhen, type RunnerHome } from '../runner-under-test.ts'

/** What a job does once it runs: ends well, ends badly, or goes on until it is stopped. */
export type Kind = 'quick' | 'fail' | 'hold-inline'

export interface ModelJob {
  id: string
  kind: Kind
  state: JobState
}

/** The states of the jobs as they have to be, by the simplest rules that say so. */
export interface Model {
  paused: boolean
  jobs: ModelJob[]
}

/** The runner under test, which a restart replaces. */
export interface Real {
  home: RunnerHome
  runner: Runner
}

const ends: Record<Kind, JobState> = { quick: 'completed', fail: 'failed', 'hold-inline': 'active' }

/** The state that a job which may run comes to. */
export function stateOfReady(model: Model, kind: Kind): JobState {
  return model.paused ? 'waiting' : ends[kind]
}

export function enqueue({ runner, home }: Real, kind: Kind, delayMs?: number): Promise<Job> {
  const input = kind === 'quick' ? { n: 7 } : kind === 'fail' ? {} : { release: home.gate('never') }
  const backoff = { type: 'fixed', delayMs: 20 } as const
  return runner.jobs.enqueue(kind, input, { attempts: 1, backoff, ...(delayMs === undefined ? {} : { delayMs }) })
}

/** Waits until every job is in the state of the model, and then compares all that the runner says. */
export async function compare({ jobs, paused }: Model, { runner }: Real): Promise<void> {
  for (const { id, state, kind } of jobs) {
    // Taken is not yet running: what is done to it next is to meet it at work.
    const job = await jobWhen(runner, id, `is ${state}`, (found) => found.state === state && isSettled(found))
    if (state === 'completed') expect(job.result).toBe(7)
    if (state === 'failed') expect(job.error?.code).toBe('BROKEN')
    if (state === 'cancelled') expect(job.error?.code).toBe('CANCELLED')
    if (state === 'active') expect(job.attempts.at(-1)).toMatchObject({ runner: runner.id, executor: 'inline' })
    if (!isFinished(state)) expect(job.finishedAt).toBeUndefined()
    if (kind === 'hold-inline') expect(state).not.toBe('completed')
  }
  const count = (state: JobState) => jobs.filter((job) => job.state === state).length
  expect((await runner.queue.info()).paused).toBe(paused)
  const wanted = { waiting: count('waiting'), delayed: count('delayed'), active: count('active') }
  // Counted at most so often, however often it is asked for.
  await expect.poll(async () => (await runner.queue.info()).counts).toMatchObject(wanted)
}

function isSettled({ state, attempts }: Job): boolean {
  const open = attempts.filter(({ outcome }) => outcome === undefined).length
  return open === (state === 'active' ? 1 : 0)
}
