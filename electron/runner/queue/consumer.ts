import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { DelayedError, Job, WaitingError, Worker, type IQueueBackend } from 'bullmq'
import type { Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { ConnectionWatch } from './connection-watch.ts'
import { HeldJobs, type DecidedVerdict, type HeldJob, type RunningAttempt } from './held-jobs.ts'
import { queuedJob, type BullJob, type BullQueue } from './job-mapping.ts'
import type { Consumer, Processor, Settled, Verdict } from './job-queue.ts'
import { createProgressSaver, type ProgressSaver } from './progress-saver.ts'
import type { QueueTiming } from './queue-config.ts'
import type { QueueServer } from './queue-server.ts'
import { releaseJobsOf } from './release-dead.ts'
import { cleanJson } from './sanitize-json.ts'
import { reasonOf } from './server-refusal.ts'
import { takerName } from './taker-mark.ts'
import { followUnheardVerdicts } from './unheard-verdicts.ts'
import { failureOf, postponedUntil, settledFailure, settledRetry, verdictOfThrown } from './verdict.ts'
import type { WantedJobs } from './wanted-jobs.ts'
import { within } from './within.ts'

/** A job whose runner dies is taken up again; one that took so many runners with it is not. */
const maxStalledCount = 10
/** Time between two tries to store a verdict while the server is away. BullMQ's own is 15 s. */
const retryDelayMs = 1_000
const pollMs = 200
/** A worker that waits for the rate limit looks again after this, so that a new limit holds at once. */
const limitCheckMs = 500
/** At most four writes a second and job. */
const progressEveryMs = 250
/** How long a close waits for the server's part, beyond the grace of the jobs. */
const closeMs = 3_000
/** The same of a server that is away: it may come back any moment, but need not. */
const awayCloseMs = 250

export interface ConsumerParts {
  name: string
  runnerId: string
  server: QueueServer
  watch: ConnectionWatch
  timing: QueueTiming
  report: (message: string) => void
  processor: Processor
  concurrency: number
  wanted: WantedJobs
  onSettled(settled: Settled): void
  onTakenAway(id: string, by: string | undefined): void
  /** For looking up what became of a job. */
  queue: BullQueue
}

/** Starts a BullMQ worker and answers once it takes jobs. Rejects when the server does not let it. */
export async function startConsumer(parts: ConsumerParts): Promise<Consumer> {
  const { server, watch, timing, report } = parts
  const held = new HeldJobs()
  const unheard = followUnheardVerdicts({
    queue: parts.queue,
    held,
    runnerId: parts.runnerId,
    settle,
    onTakenAway: (id, by) => parts.onTakenAway(id, by),
    onFailed(error) {
      if (!server.isOutage(error)) report(`The queue's worker: ${reasonOf(error)}.`)
    },
  })
  /** Failures that were told before BullMQ told them. */
  const told = new WeakSet<BullJob>()
  let stopped = false
  let ended = false
  let closing: Promise<void> | undefined

  const worker = new Worker<Json, Json, string, IQueueBackend>(
    parts.name,
    (job, token) => attempt(job, token ?? ''),
    {
      connection: {},
      name: takerName(parts.runnerId),
      // A worker whose start is refused spins: it runs only after it is ready.
      autorun: false,
      concurrency: parts.concurrency,
      lockDuration: timing.lockMs,
      stalledInterval: timing.stalledCheckMs,
      maxStalledCount,
      runRetryDelay: retryDelayMs,
      maximumRateLimitDelay: limitCheckMs,
    },
    server.working(parts.wanted),
  )
  worker.on('completed', (job) => settle({ id: job.id ?? '', state: 'completed' }))
  worker.on('failed', (job) => {
    if (job?.id === undefined || told.has(job)) return
    // With a short back-off the job may be taken again before this is told: then it is old news.
    const now = held.get(job.id)
    if (now === undefined || now.job.attemptsStarted <= job.attemptsStarted) settle(settledFailure(job.id, job))
  })
  worker.on('error', (error) => {
    // A numbered refusal concerns one job, as does a hold that ran out in an outage: it is then looked up.
    const refused = typeof Reflect.get(error, 'code') === 'number' || /could not renew lock/.test(error.message)
    if (!refused && !server.isOutage(error)) report(`The queue's worker: ${reasonOf(error)}.`)
    unheard.look()
  })

  function settle(settled: Settled): void {
    held.release(settled.id)
    try {
      parts.onSettled(settled)
    } catch (error) {
      report(`A listener of settled jobs failed: ${String(error)}`)
    }
  }

  /** BullMQ's side of one attempt: what it returns or throws is what becomes of the job. */
  async function attempt(job: BullJob, token: string): Promise<Json> {
    const id = job.id ?? ''
    // What a fetch under way brings after the stop goes back as it came.
    if (stopped) {
      await putBack(id, token)
      throw new WaitingError()
    }
    job.delay = 0
    const before = held.get(id)
    // After an outage this job was given up for dead and taken again, while its attempt goes on right here.
    // It may have been taken more than once since: the answer to a take can be lost, and another runner can die with it.
    // With one attempt more used up its verdict was stored, and this is the next one.
    const goesOn =
      before !== undefined &&
      before.job.attemptsStarted < job.attemptsStarted &&
      before.attemptsMade === job.attemptsMade
    if (!goesOn && before !== undefined) tellOfRetry(id, before, job)
    const running = goesOn ? before.running : begin(job, token)
    const outcome = Promise.withResolvers<Verdict>()
    const entry: HeldJob = { job, token, attemptsMade: job.attemptsMade, running, letGo: outcome.reject }
    held.hold(id, entry)
    try {
      void running.verdict.then(outcome.resolve)
      const decided = await outcome.promise
      // Taken again meanwhile: the later hold stores the verdict.
      if (held.get(id) !== entry) throw new WaitingError()
      if (decided.kind === 'handed-over') {
        held.release(id)
        throw new WaitingError()
      }
      entry.decided = { verdict: decided, at: Date.now() }
      return await carryOut(decided, entry)
    } finally {
      running.stopProgress()
    }
  }

  /** With a short back-off the next attempt may come before BullMQ tells that the last one's end is stored. */
  function tellOfRetry(id: string, { job: last, attemptsMade, decided }: HeldJob, next: BullJob): void {
    if (decided?.verdict.kind !== 'fail' || attemptsMade + 1 !== next.attemptsMade) return
    told.add(last)
    settle(settledRetry(id, next))
  }

  function begin(job: BullJob, token: string): RunningAttempt {
    let saver: ProgressSaver | undefined
    const saveProgress = (progress: Progress): void => {
      // Most jobs say nothing of their progress.
      saver ??= createProgressSaver(
        (value) => job.updateProgress(cleanJson(value as Json) as Progress),
        progressEveryMs,
      )
      saver.save(progress)
    }
    const taken = { job: queuedJob(job, 'active'), token, started: job.attemptsStarted, saveProgress }
    const verdict = Promise.resolve(taken).then(parts.processor).catch(verdictOfThrown)
    return { verdict, stopProgress: () => saver?.stop() }
  }

  async function carryOut(verdict: DecidedVerdict, { job, token }: HeldJob): Promise<Json> {
    if (verdict.kind === 'complete') return cleanJson(verdict.result)
    if (verdict.kind === 'fail') {
      // BullMQ asks this object whether an attempt is left, and stores no options of it.
      if (verdict.oneMore === true) job.opts.attempts = Math.max(job.opts.attempts ?? 1, job.attemptsMade + 2)
      throw failureOf(verdict)
    }
    const id = job.id ?? ''
    // While this runner takes nothing it may be the next in line.
    if (verdict.delayMs === 0 && (server.putsBackBehind || stopped)) {
      await putBack(id, token)
      settle({ id, state: 'waiting' })
      throw new WaitingError()
    }
    const delayUntil = postponedUntil(verdict)
    await insist(() => job.moveToDelayed(delayUntil, token))
    settle({ id, state: 'delayed', delayUntil })
    throw new DelayedError()
  }

  /** Repeats a move until the server has heard it. Refused (the job is no longer ours): nothing is left to do. */
  async function insist(move: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await move()
        return
      } catch (error) {
        if (ended || !server.isOutage(error)) return
        await pause(pollMs)
        await watch.live()
      }
    }
  }

  async function takeOver(id: string, held: string): Promise<boolean> {
    if (stopped) return false
    const token = randomUUID()
    const job = await Job.fromId<Json, Json>(worker, id)
    if (job === undefined) return false
    const { runnerId } = parts
    if (!(await server.takeOver(parts.name, { id, held, token, runnerId, lockMs: timing.lockMs }))) return false
    job.token = token
    worker
      .processJob(job, token, () => false)
      .catch((error: unknown) =>
        report(`The queue's worker: ${error instanceof Error ? error.message : String(error)}`),
      )
    return true
  }

  function putBack(id: string, token: string): Promise<void> {
    return insist(() => worker.getBackend().moveJobFromActiveToWait(id, token))
  }

  async function stopTaking(): Promise<void> {
    stopped = true
    await worker.pause(true)
  }

  async function giveBack(id: string, entry: HeldJob): Promise<void> {
    await putBack(id, entry.token)
    entry.letGo(new WaitingError())
    settle({ id, state: 'waiting' })
  }

  async function close(...[graceMs, cutShort, endAttempts]: Parameters<Consumer['close']>): Promise<void> {
    await stopTaking()
    await held.whenEmpty(graceMs, cutShort)
    await endAttempts?.()
    // An attempt that has ended says itself what becomes of its job: it may have been cancelled for good.
    if (endAttempts !== undefined) await held.whenEmpty(patienceMs())
    const unfinished = held.all().filter(([, entry]) => entry.decided === undefined)
    const givenBack = Promise.all(unfinished.map(([id, entry]) => giveBack(id, entry)))
    await within(givenBack, patienceMs())
    ended = true
    unheard.stop()
    if (isAway() && held.ids().length > 0) report(leftBehind(held.ids().length))
    // Without a server an orderly close would wait for ever; a job whose end it could not hear is taken up again.
    const orderly = !isAway() && (await within(worker.close(), closeMs))
    if (orderly) return
    await within(worker.close(true), patienceMs())
    await within(worker.disconnect(), patienceMs())
  }

  const isAway = (): boolean => watch.current().state !== 'live'

  /** Nothing can be given back to a server that is away, and no goodbye is heard. */
  function patienceMs(): number {
    return isAway() ? awayCloseMs : closeMs
  }

  function leftBehind(count: number): string {
    const jobs = count === 1 ? 'One job that this runner held' : `${count} jobs that this runner held`
    const again = count === 1 ? 'It runs again' : 'They run again'
    return `${jobs} could not be given back, because the queue cannot be reached. ${again} once the server is back: at the next start of this runner, or elsewhere ${2 * Math.round(timing.lockMs / 1000)} s later at the latest.`
  }

  /** BullMQ looks at a greater number only when a job ends; resuming wakes its loop at once. */
  async function wake(): Promise<void> {
    await worker.pause(true)
    if (!stopped) await worker.resume()
  }

  try {
    await worker.waitUntilReady()
  } catch (error) {
    await within(worker.close(true), closeMs)
    throw error
  }
  worker.run().catch((error: unknown) => report(`The queue's worker stopped: ${String(error)}`))

  return {
    setConcurrency(concurrency) {
      const grows = concurrency > worker.concurrency
      worker.concurrency = concurrency
      if (grows && !stopped) wake().catch((error: unknown) => report(`The queue's worker: ${String(error)}`))
    },
    active: () => held.ids(),
    releaseJobsOf: (runnerId) =>
      watch.ask(() => releaseJobsOf(runnerId, (id) => server.dropLocks(parts.name, id), worker.getBackend()), {
        again: true,
      }),
    takeOver: (id, held) => watch.ask(() => takeOver(id, held)),
    stopTaking,
    async start() {
      stopped = false
      await worker.resume()
    },
    close(...how) {
      closing ??= close(...how)
      return closing
    },
  }
}
