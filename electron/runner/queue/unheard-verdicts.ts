import type { DecidedVerdict, HeldJob, HeldJobs } from './held-jobs.ts'
import type { BullJob, BullQueue } from './job-mapping.ts'
import type { Settled } from './job-queue.ts'
import { cleanJson } from './sanitize-json.ts'
import { failureOf, postponedUntil, settledFailure } from './verdict.ts'
import { runnerNamed } from './taker-mark.ts'

/** BullMQ itself tries to store a verdict each second; this comes after. */
const afterMs = 2_500
/** BullMQ's word for "whoever holds the lock". */
const anyLock = '0'

export interface UnheardVerdicts {
  /** Something went wrong: look after the verdicts that are neither stored nor refused. */
  look(): void
  stop(): void
}

export interface UnheardVerdictsParts {
  queue: BullQueue
  held: HeldJobs
  runnerId: string
  settle: (settled: Settled) => void
  /** A job whose attempt still runs here was taken up elsewhere. */
  onTakenAway: (id: string, by: string | undefined) => void
  /** A look that failed; it is made again. */
  onFailed: (error: unknown) => void
}

/**
 * After an outage BullMQ may report an error, and neither "completed" nor "failed": the verdict was stored
 * and only the answer lost, or the lock ran out before the server was back. Then the queue is asked. So it is of what
 * still runs: a hold that could not be renewed may be another runner's by now.
 */
export function followUnheardVerdicts(parts: UnheardVerdictsParts): UnheardVerdicts {
  const { queue, held, runnerId, settle } = parts
  const notYet = (error: unknown): undefined => void parts.onFailed(error)
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function look(): void {
    if (timer !== undefined || stopped) return
    timer = setTimeout(() => {
      timer = undefined
      void lookNow()
    }, afterMs)
    timer.unref()
  }

  async function lookNow(): Promise<void> {
    for (const [id, entry] of held.all()) {
      if (entry.decided === undefined) {
        const taken = await takenElsewhere(queue, id, entry, runnerId).catch(notYet)
        if (taken !== undefined && held.get(id) === entry) parts.onTakenAway(id, taken.by)
        continue
      }
      const early = Date.now() - entry.decided.at < afterMs
      const settled = early ? undefined : await whatBecameOf(queue, id, entry, runnerId).catch(notYet)
      if (settled === undefined) look()
      else if (held.get(id) === entry) settle(settled)
    }
  }

  return {
    look,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** Undefined while nobody else has it: also of one that was put back, as if its runner were dead, and waits. */
async function takenElsewhere(
  queue: BullQueue,
  id: string,
  { job: { attemptsStarted }, attemptsMade }: HeldJob,
  runnerId: string,
): Promise<{ by: string | undefined } | undefined> {
  const job = await queue.getJob(id)
  if (job === undefined) return undefined
  const by = runnerNamed(job)
  const taken = job.attemptsStarted !== attemptsStarted && by !== runnerId
  return taken || job.attemptsMade !== attemptsMade ? { by } : undefined
}

/** Undefined while it is still open. */
async function whatBecameOf(
  queue: BullQueue,
  id: string,
  entry: HeldJob,
  runnerId: string,
): Promise<Settled | undefined> {
  const verdict = entry.decided?.verdict
  if (verdict === undefined) return undefined
  const [state, job] = await Promise.all([queue.getJobState(id), queue.getJob(id)])
  // Stored, and trimmed at once.
  if (job === undefined) return { id, state: verdict.kind === 'complete' ? 'completed' : 'failed' }
  if (state === 'completed' || state === 'failed') return { id, state }
  if (state === 'delayed') return { id, state }
  const taken = job.attemptsStarted !== entry.job.attemptsStarted
  const used = job.attemptsMade !== entry.job.attemptsMade
  // Another runner has it now. Taken by this one, it is held anew, or the answer to the take was lost.
  if (used || (taken && runnerNamed(job) !== runnerId)) return { id, state: 'waiting' }
  if (state === 'active') return storeWithoutLock(id, job, verdict)
  // Put back to wait as if its runner were dead. Taken by this consumer again, it gets this verdict at once.
  return undefined
}

/** Nobody has taken the job since: the lock is gone, but the verdict is still the right one. */
async function storeWithoutLock(id: string, job: BullJob, verdict: DecidedVerdict): Promise<Settled> {
  job.delay = 0
  if (verdict.kind === 'complete') {
    await job.moveToCompleted(cleanJson(verdict.result), anyLock, false)
    return { id, state: 'completed' }
  }
  if (verdict.kind === 'fail') {
    await job.moveToFailed(failureOf(verdict), anyLock, false)
    return settledFailure(id, job)
  }
  const delayUntil = postponedUntil(verdict)
  await job.moveToDelayed(delayUntil, anyLock)
  return { id, state: 'delayed', delayUntil }
}
