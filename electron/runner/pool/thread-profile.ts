import type { Worker } from 'node:worker_threads'
import { TorilError } from '../../contract/errors.ts'
import type { AttemptProfile, AttemptStack } from '../executors/executor.ts'
import { locateRoot } from '../entries.ts'
import { mapProfile } from '../profiling/map-profile.ts'
import { answerMs, pauseThread } from '../profiling/pause-thread.ts'
import { readStack } from '../profiling/read-stack.ts'
import { recordUntil } from '../profiling/record-until.ts'
import { SourcePositions } from '../profiling/source-positions.ts'
import type { Lane } from './lane.ts'
import type { PendingAttempt } from './pending-attempt.ts'

function gone(): TorilError {
  return new TorilError('THREAD_GONE', 'The thread ended before anything could be read of it. The job may be over.')
}

function notStarted(jobId: string): TorilError {
  return new TorilError('JOB_NOT_RUNNING', `Job ${jobId} waits for a thread, so there is no code of it to look at.`)
}

const positions = (): SourcePositions => new SourcePositions(locateRoot())

/** Rejects when the worker has ended: what was asked of it would then never be answered. */
function untilExit(worker: Worker): { exit: Promise<never>; leave: () => void } {
  const { promise, reject } = Promise.withResolvers<never>()
  const listener = (): void => reject(gone())
  worker.once('exit', listener)
  // Only who races against it hears of it.
  promise.catch(() => undefined)
  return { exit: promise, leave: () => worker.removeListener('exit', listener) }
}

/** What was asked of a thread. Rejects when it is gone, or lies inside one call into the system for too long. */
async function answered<Answer>(asked: Promise<Answer>, exit: Promise<never>, what: string): Promise<Answer> {
  const { promise: silence, reject } = Promise.withResolvers<never>()
  const message = `The thread did not answer for ${answerMs / 1000} s, so ${what}. It is inside one call into the system, such as a synchronous read or execSync. Try again when that is over.`
  const timer = setTimeout(() => reject(new TorilError('THREAD_SILENT', message)), answerMs)
  try {
    return await Promise.race([asked, exit, silence])
  } finally {
    clearTimeout(timer)
  }
}

/** Begins a recording. One that begins after nobody waits for it any more is ended again. */
async function begin(worker: Worker, exit: Promise<never>): ReturnType<Worker['startCpuProfile']> {
  const asked = worker.startCpuProfile()
  try {
    return await answered(asked, exit, 'no CPU profile could be begun')
  } catch (error) {
    asked.then((late) => late.stop()).catch(() => undefined)
    throw error
  }
}

/** The first recording only lets V8 note the code that is compiled from here on; the second is kept. */
async function beginInCompiledAnew(worker: Worker, exit: Promise<never>): ReturnType<Worker['startCpuProfile']> {
  const early = await begin(worker, exit)
  try {
    await pauseThread(worker, { recompile: true })
    return await begin(worker, exit)
  } finally {
    early.stop().catch(() => undefined)
  }
}

/** Where the thread of this attempt is now. */
export async function stackOf(attempt: PendingAttempt, lane: Lane | undefined): Promise<AttemptStack> {
  if (lane === undefined) throw notStarted(attempt.request.jobId)
  const pause = await pauseThread(lane.worker)
  if (pause.kind === 'gone') throw gone()
  return readStack(pause, positions())
}

/** The CPU profile of the thread of this attempt, over at the latest when the attempt is. */
export async function profileOf(
  attempt: PendingAttempt,
  lane: Lane | undefined,
  durationMs: number,
  stop: AbortSignal,
): Promise<AttemptProfile> {
  if (lane === undefined) throw notStarted(attempt.request.jobId)
  const { worker } = lane
  const { exit, leave } = untilExit(worker)
  try {
    const handle = await beginInCompiledAnew(worker, exit)
    let text: Promise<string> | undefined
    const read = (): Promise<string> => {
      text ??= handle.stop()
      text.catch(() => undefined)
      return text
    }
    // A thread that is killed answers only what it was asked for before.
    attempt.beforeKill = () => void read()
    const ended = await recordUntil({ durationMs, stop, jobEnded: attempt.report })
    const raw = await answered(read(), exit, 'the profile could not be read')
    return { ...(await mapProfile(JSON.parse(raw), positions())), ended, scope: 'thread' }
  } catch (error) {
    // ERR_WORKER_NOT_RUNNING, or whatever a thread says that is on its way out.
    if ((attempt.settled || attempt.killed !== undefined) && !(error instanceof TorilError)) throw gone()
    throw error
  } finally {
    delete attempt.beforeKill
    leave()
  }
}
