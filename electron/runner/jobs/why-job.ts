import { isFinished, type Job } from '../../contract/job.ts'
import type { Why, WhyCheck } from '../../contract/why.ts'
import type { JobQueue, QueueLimits } from '../queue/job-queue.ts'
import type { JobBoard } from './job-board.ts'
import { threadCheck, waitingChecks } from './waiting-checks.ts'
import type { JobFacts, WaitingFacts } from './waiting-facts.ts'
import { asWaiting, reasonOf } from './waiting-reason.ts'

export interface WhyParts {
  queue: Pick<JobQueue, 'get' | 'limits' | 'placeOf' | 'family'>
  board: Pick<JobBoard, 'running'>
  get: (id: string) => Promise<Job>
  /** The runners as they are this moment, with limits just read. */
  factsNow: (limits: QueueLimits) => Promise<WaitingFacts>
  endedPerMinute: () => number
}

function finishedTitle({ state, finishedAt, error }: Job): string {
  const when = finishedAt === undefined ? '' : ` at ${finishedAt}`
  if (state === 'completed') return `It completed${when}.`
  const why = error === undefined ? '' : ` ${error.message}`
  return `${state === 'cancelled' ? 'It was cancelled' : 'It failed'}${when}.${why}`
}

function runningTitle({ attempts, waitingReason }: Job): string {
  if (waitingReason?.code === 'CANCELLING') return `It runs. ${waitingReason.message}`
  const attempt = attempts.at(-1)
  // Its runner has taken it and not told of the attempt yet.
  if (attempt === undefined || attempt.finishedAt !== undefined) return 'A runner has taken it.'
  const where =
    attempt.thread === undefined ? `inline on ${attempt.runner}` : `on thread ${attempt.thread} of ${attempt.runner}`
  return `It runs ${where} since ${attempt.startedAt}, attempt ${attempt.number}.`
}

/** Says for any job why it is not running, from what queue, runners and pool say this moment. */
export function createWhy(parts: WhyParts): (id: string) => Promise<Why> {
  const { queue, board } = parts

  function answer({ id, state }: Job, title: string, checks: WhyCheck[] = []): Why {
    return { id, state, title, checks }
  }

  async function ofActive(job: Job): Promise<Why> {
    const running = board.running(job.id)
    if (running === undefined || running.started) return answer(job, runningTitle(job))
    // Taken from the queue and waiting for a thread: nothing else can hold it up any more.
    const facts = await parts.factsNow(await queue.limits())
    const check = threadCheck(
      job,
      facts,
      facts.takers().filter((taker) => taker.self),
    )
    return answer(job, check.ok ? 'Its thread starts.' : check.message, [check])
  }

  return async (id) => {
    const job = await parts.get(id)
    if (isFinished(job.state)) return answer(job, finishedTitle(job))
    if (job.state === 'active') return ofActive(job)
    const [queued, limits, place, family] = await Promise.all([
      queue.get(id),
      queue.limits(),
      queue.placeOf(id),
      queue.family(id),
    ])
    // Taken or finished since the first look.
    if (queued?.state === 'active') return ofActive(await parts.get(id))
    const own: JobFacts = {
      endedPerMinute: parts.endedPerMinute(),
      ...(queued?.delayUntil === undefined ? {} : { delayUntil: queued.delayUntil }),
      ...(place === undefined ? {} : { place }),
      ...(family === undefined ? {} : { family }),
    }
    const facts = await parts.factsNow(limits)
    const waiting = asWaiting(job, facts, own)
    if (waiting === undefined) return answer(job, finishedTitle(job))
    const checks = waitingChecks(waiting.job, facts, waiting.own)
    return answer(waiting.job, reasonOf(checks).message, checks)
  }
}
