import { leftToOthers, type Job } from '../../contract/job.ts'
import type { WhyCheck, WhyFix } from '../../contract/why.ts'
import { counted, lasting } from '../counted.ts'
import type { JobFacts, Taker, WaitingFacts } from './waiting-facts.ts'

function sum(takers: readonly Taker[], of: (taker: Taker) => number): number {
  return takers.reduce((total, taker) => total + of(taker), 0)
}

function preference(target: string, label: string): WhyFix {
  return { action: 'preferences', label, target }
}

function runnerCheck(takers: readonly Taker[], { shared }: WaitingFacts): WhyCheck {
  const ok = takers.length > 0
  const message = ok
    ? `${counted(takers.length, 'runner')} ${takers.length === 1 ? 'is' : 'are'} on.`
    : shared
      ? `No runner of Toril takes jobs. ${leftToOthers}`
      : 'No runner takes jobs. Start or resume one.'
  return { code: 'NO_RUNNER', ok, message }
}

function pauseCheck({ limits }: WaitingFacts): WhyCheck {
  if (!limits.paused) return { code: 'QUEUE_PAUSED', ok: true, message: 'The queue is not paused.' }
  return {
    code: 'QUEUE_PAUSED',
    ok: false,
    message: 'The queue is paused.',
    fix: { action: 'resume', label: 'Resume' },
  }
}

function typeCheck(type: string, handlers: readonly Taker[], { shared, resting }: WaitingFacts): WhyCheck {
  const code = 'NO_RUNNER_FOR_TYPE'
  if (handlers.length > 0) {
    const message = `${counted(handlers.length, 'runner')} ${handlers.length === 1 ? 'handles' : 'handle'} ${type}.`
    return { code, ok: true, message }
  }
  if (shared) return { code, ok: false, message: `No runner of Toril handles ${type}. ${leftToOthers}` }
  const [one, ...more] = resting(type)
  if (one !== undefined) {
    const who =
      more.length === 0 ? `${one} handles ${type}, but takes` : `${more.length + 1} runners handle ${type}, but take`
    return { code, ok: false, message: `${who} no jobs now. Resume ${more.length === 0 ? 'it' : 'one'}.` }
  }
  const message = `No runner handles ${type}. It runs as soon as one does.`
  return { code, ok: false, message, fix: preference('jobs.folder', 'Jobs folder') }
}

function timeCheck(job: Job, until: number | undefined, now: number): WhyCheck {
  const again = job.attempts.length > 0
  const code = again ? 'BACKING_OFF' : 'DELAYED_UNTIL'
  if (job.state !== 'delayed' || until === undefined || until <= now) {
    return { code, ok: true, message: again ? 'Its back-off is over.' : 'Its time has come.' }
  }
  const all = job.options.attempts
  // Whole seconds: of the last one there is one left.
  const left = lasting(Math.ceil((until - now) / 1000) * 1000)
  const message = again
    ? `Retries in ${left}, attempt ${job.attempts.length + 1}${all === undefined ? '' : ` of ${all}`}.`
    : `Starts at ${new Date(until).toISOString()}.`
  const fix: WhyFix = { action: 'promote', label: 'Run now' }
  return { code, ok: false, message, until: new Date(until).toISOString(), fix }
}

function childrenCheck(job: Job, family: JobFacts['family']): WhyCheck {
  const code = 'WAITING_FOR_CHILDREN'
  const parent = family?.parent
  if (job.state !== 'waiting-children') {
    const message =
      parent === undefined ? 'It waits for no other job.' : `It waits for no other job. Job ${parent.id} waits for it.`
    return { code, ok: true, message }
  }
  if (family === undefined) return { code, ok: false, message: 'Waits for its child jobs.' }
  const { pending, children } = family
  // A child that failed for good holds its parent for ever, unless the flow was made to go on without it.
  const failed = children.find(({ state }) => state === 'failed')
  const next = failed ?? children.find(({ state }) => state !== undefined)
  const waits = `Waits for ${counted(pending, 'child job')}.`
  const message =
    failed === undefined ? waits : `${waits} ${failed.id} has failed, and must complete before this one runs.`
  return {
    code,
    ok: false,
    message,
    ...(next === undefined ? {} : { fix: { action: 'job', label: 'Show child', target: next.id } }),
  }
}

function rateCheck({ limits, now }: WaitingFacts): WhyCheck {
  const code = 'RATE_LIMITED'
  const { rate, rateLimitedMs } = limits
  if (rate === undefined) return { code, ok: true, message: 'The queue has no rate limit.' }
  const limit = `${counted(rate.max, 'job')} in ${lasting(rate.durationMs)}`
  if (rateLimitedMs <= 0) return { code, ok: true, message: `The rate limit of ${limit} is not reached.` }
  const until = new Date(now + rateLimitedMs).toISOString()
  const message = `The rate limit of ${limit} is reached. The next job starts at ${until}.`
  return { code, ok: false, message, until, fix: preference('queue.rateLimit', 'Rate limit') }
}

/** Only where somebody has set one: hardly anybody does. */
function globalCheck({ limits }: WaitingFacts): WhyCheck[] {
  const { concurrency, active } = limits
  if (concurrency === undefined) return []
  const ok = active < concurrency
  const message = `The queue lets ${counted(concurrency, 'job')} run at once on all runners together, and ${active} ${active === 1 ? 'does' : 'do'}.`
  return [{ code: 'GLOBAL_CONCURRENCY', ok, message }]
}

function concurrencyCheck(handlers: readonly Taker[]): WhyCheck {
  const code = 'CONCURRENCY_LIMIT'
  const active = sum(handlers, (taker) => taker.active)
  const limit = sum(handlers, (taker) => taker.limit)
  const self = handlers.find((taker) => taker.self)
  const who =
    handlers.length === 1
      ? self === undefined
        ? 'The runner works'
        : 'This runner works'
      : `The ${handlers.length} runners work`
  const message = `${who} on ${active} of at most ${counted(limit, 'job')}.`
  if (handlers.some((taker) => taker.active < taker.limit)) return { code, ok: true, message }
  const label = self?.limitedBy === 'pool.maxQueue' ? 'Jobs waiting for a thread' : 'Jobs at once'
  return { code, ok: false, message, ...(self === undefined ? {} : { fix: preference(self.limitedBy, label) }) }
}

/** `classOf` is about this job: where it runs, and with how much heap. */
export function threadCheck(job: Job, facts: WaitingFacts, handlers: readonly Taker[]): WhyCheck {
  const code = 'ALL_THREADS_BUSY'
  const defaults = facts.defaultsOf(job.type)
  if ((job.options.executor ?? defaults?.executor) === 'inline') {
    return { code, ok: true, message: 'It runs inline and needs no thread.' }
  }
  const memoryMb = job.options.memoryMb ?? defaults?.memoryMb
  const own = memoryMb === undefined ? '' : ` It needs one with a heap of ${memoryMb} MB.`
  const most = sum(handlers, (taker) => taker.maxThreads)
  const free = sum(handlers, (taker) => Math.max(0, taker.maxThreads - taker.busyThreads))
  if (free > 0)
    return { code, ok: true, message: `${free} of ${counted(most, 'thread')} ${free === 1 ? 'is' : 'are'} free.${own}` }
  const message = most === 1 ? `The only thread is busy.${own}` : `All ${most} threads are busy.${own}`
  const fix = handlers.some((taker) => taker.self) ? { fix: preference('pool.maxThreads', 'Threads') } : {}
  return { code, ok: false, message, ...fix }
}

function placeCheck({ limits }: WaitingFacts, { place, endedPerMinute }: JobFacts): WhyCheck {
  const code = 'NEXT_IN_LINE'
  if (place === undefined) return { code, ok: false, message: 'In line. It runs when a thread is free.' }
  if (place === 0) return { code, ok: true, message: 'Next in line.' }
  const before = place === 1 ? 'One job is taken before it.' : `${counted(place, 'job')} are taken before it.`
  const most = limits.rate === undefined ? Infinity : (limits.rate.max / limits.rate.durationMs) * 60_000
  const pace = Math.min(endedPerMinute ?? 0, most)
  // Nobody knows when a pause ends, and a pace that was not seen says nothing.
  if (limits.paused) return { code, ok: false, message: before }
  if (pace <= 0) {
    const message = `${before} How long that takes cannot be told: no job has ended in the last minute.`
    return { code, ok: false, message }
  }
  const estimateMs = Math.round((place / pace) * 60_000)
  return {
    code,
    ok: false,
    message: `${before} At the pace of the last minute that takes about ${lasting(estimateMs)}.`,
    estimateMs,
  }
}

/**
 * What must be true for a job to start, in the order it is looked at. The one place that knows the reasons:
 * the first that fails is also the job's `waitingReason`. In a queue that other programs use too, what holds for any
 * worker comes before what only Toril's runners lack.
 */
export function waitingChecks(job: Job, facts: WaitingFacts, own: JobFacts = {}): WhyCheck[] {
  const takers = facts.takers()
  const handlers = takers.filter((taker) => taker.jobTypes.includes(job.type))
  const runner = runnerCheck(takers, facts)
  const pause = pauseCheck(facts)
  const type = typeCheck(job.type, handlers, facts)
  const ready = [timeCheck(job, own.delayUntil, facts.now), childrenCheck(job, own.family)]
  const limits = [rateCheck(facts), ...globalCheck(facts)]
  return [
    ...(facts.shared ? [pause, ...ready, ...limits, runner, type] : [runner, pause, type, ...ready, ...limits]),
    // Without a runner for it there is no room to look at.
    ...(handlers.length === 0 ? [] : [concurrencyCheck(handlers), threadCheck(job, facts, handlers)]),
    ...(job.state === 'waiting' ? [placeCheck(facts, own)] : []),
  ]
}
