import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { isFinished, type Job, type JobOptions, type JobState } from '../../../electron/contract/job.ts'
import type { Runner } from '../../../electron/runner/runner.ts'
import { jobWhen, type RunnerHome } from '../runner-under-test.ts'

/**
 * What a job does once it runs: ends well, ends badly, or goes on until it is stopped, in the runner's process or in a
 * thread, which ends when it is asked to, only by force, or with a crash as it is asked.
 */
export type Kind = 'quick' | 'fail' | 'hold-inline' | 'hold' | 'spin' | 'crash-on-abort'

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

const ends: Record<Kind, JobState> = {
  quick: 'completed',
  fail: 'failed',
  'hold-inline': 'active',
  hold: 'active',
  spin: 'active',
  'crash-on-abort': 'active',
}

/** Jobs that may hold a thread at a time: the others need one, too. */
const mostHeld = 3
/** The fewest threads that there may be. */
export const fewestThreads = mostHeld + 1

export function holdsThread(kind: Kind): boolean {
  return ends[kind] === 'active' && kind !== 'hold-inline'
}

/** Whether one more job of this kind may get a thread. */
export function hasThreadFor({ jobs }: Model, kind: Kind): boolean {
  const held = jobs.filter((job) => holdsThread(job.kind) && !isFinished(job.state))
  return !holdsThread(kind) || held.length < mostHeld
}

/** The state that a job which may run comes to. */
export function stateOfReady(model: Model, kind: Kind): JobState {
  return model.paused ? 'waiting' : ends[kind]
}

export function enqueue({ runner, home }: Real, kind: Kind, options: JobOptions): Promise<Job> {
  const input = kind === 'quick' ? { n: 7 } : kind === 'fail' ? {} : { release: home.gate(randomUUID()) }
  return runner.jobs.enqueue(kind, input, { backoff: { type: 'fixed', delayMs: 0 }, ...options })
}

/** Waits until every job is in the state of the model, and then compares all that the runner says. */
export async function compare({ jobs, paused }: Model, { runner }: Real): Promise<void> {
  for (const { id, state, kind } of jobs) {
    // Taken is not yet running: what is done to it next is to meet it at work.
    const job = await jobWhen(runner, id, `is ${state}`, (found) => found.state === state && isSettled(found))
    if (state === 'completed') expect(job.result).toBe(7)
    if (state === 'failed') expect(job.error?.code).toBe('BROKEN')
    if (state === 'cancelled') expect(job.error).toEqual({ code: 'CANCELLED', message: 'Cancelled from the test.' })
    const executor = holdsThread(kind) ? 'thread' : 'inline'
    if (state === 'active') expect(job.attempts.at(-1)).toMatchObject({ runner: runner.id, executor })
    if (!isFinished(state)) expect(job.finishedAt).toBeUndefined()
    if (ends[kind] === 'active') expect(state).not.toBe('completed')
  }
  const count = (state: JobState) => jobs.filter((job) => job.state === state).length
  expect((await runner.queue.info()).paused).toBe(paused)
  const wanted = { waiting: count('waiting'), delayed: count('delayed'), active: count('active') }
  // Counted at most so often, however often it is asked for.
  await expect.poll(async () => (await runner.queue.info()).counts).toMatchObject(wanted)
}

function hasBegun(input: Job['input']): boolean {
  return existsSync(`${(input as { release: string }).release}-begun`)
}

function isSettled({ state, type, input, attempts, waitingReason }: Job): boolean {
  // Asked to stop and to run again: the attempt that is meant is the next one.
  if (waitingReason?.code === 'CANCELLING') return false
  // What crashes as it is asked to stop has to be at work for that.
  if (state === 'active' && type === 'crash-on-abort' && !hasBegun(input)) return false
  const open = attempts.filter(({ outcome }) => outcome === undefined).length
  return open === (state === 'active' ? 1 : 0)
}
