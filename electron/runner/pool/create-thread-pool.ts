import type { Thread } from '../../contract/runner.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { reportOf, stoppedMessage, stoppedReport, timeoutMessage } from '../executors/attempt-outcome.ts'
import type { AttemptListener, AttemptReport, AttemptRequest, AttemptRun, Executor } from '../executors/executor.ts'
import type { AttemptAnswer, FromThread, StopCode } from '../../../workers/protocol.ts'
import type { JobDatabaseAccess } from '../history/history.ts'
import { AttemptMeter } from './attempt-meter.ts'
import { within } from '../queue/within.ts'
import { answerDatabaseCall } from './database-answers.ts'
import { answerStrip } from './strip-answers.ts'
import { Lanes } from './lanes.ts'
import type { Lane } from './lane.ts'
import { PendingAttempt } from './pending-attempt.ts'
import { profileOf, stackOf } from './thread-profile.ts'
import { outOfMemoryMessage, reportDeath, type MemoryLimit } from './thread-death.ts'
import { ThreadSampler } from './thread-sampler.ts'
import type { PoolSettings, ThreadPool } from './thread-pool.ts'
import { WaitingLine } from './waiting-line.ts'

export interface ThreadPoolOptions {
  /** File that each thread loads: locateEntries().worker. */
  entry: string
  settings: PoolSettings
  runnerId: string
  /** Serves `ctx.services.db`. */
  database: JobDatabaseAccess
  /** Without `strip` each thread strips the types of TypeScript itself. */
  catalog: Pick<Catalog, 'get'> & Partial<Pick<Catalog, 'strip'>>
  /** `ctx.services.resultsDir`, absolute. */
  resultsDir: string
  /** Between asking a job that ran out of time to stop and ending its thread; default 500 ms. */
  timeoutGraceMs?: number
}

const defaultTimeoutGraceMs = 500
/** A thread that can be ended is gone long before, also on a busy machine. */
const endWithinMs = 2_000
const insideCall = 'Its thread is inside one call into the system, such as execSync, and ends when that returns.'

const outcomeOfKill = {
  CANCELLED: 'cancelled',
  RUNNER_STOPPED: 'cancelled',
  TIMED_OUT: 'timed-out',
  OUT_OF_MEMORY: 'out-of-memory',
} as const

function memoryLimitOf({ request: { memoryMb } }: PendingAttempt, lane: Lane): MemoryLimit {
  return { mb: memoryMb ?? lane.defaultLimitMb, ofJob: memoryMb !== undefined }
}

/** Starts the pool; its first threads come up in the background. */
export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const line = new WaitingLine()
  const listeners = new Set<() => void>()
  const graceMs = options.timeoutGraceMs ?? defaultTimeoutGraceMs
  let lastSeq = 0
  let ending: Promise<boolean> | undefined
  let closing: Promise<void> | undefined

  const lanes = new Lanes({
    entry: options.entry,
    settings: options.settings,
    threadSettings: { resultsDir: options.resultsDir, stripsTypes: options.catalog.strip !== undefined },
    onMessage: take,
    onDeath: died,
    onFree: dispatch,
    onChange: changed,
    onBootFailure(memoryMb, message) {
      const size = memoryMb === undefined ? '' : ` with a memory limit of ${memoryMb} MB`
      const error = { code: 'THREAD_CRASHED', message: `No thread${size} could be started: ${message}` }
      for (const attempt of line) {
        if (attempt.request.memoryMb === memoryMb) giveUp(attempt, { outcome: 'crashed', error, retryable: true })
      }
      changed()
    },
  })
  const sampler = new ThreadSampler(() => lanes.all())
  const meter = new AttemptMeter({
    lanes: () => lanes.all(),
    onBlockedChange: changed,
    onTooMuchMemory: (attempt, lane) => {
      // One that was asked to stop ends as that.
      const { code, message } = attempt.asked ?? {
        code: 'OUT_OF_MEMORY',
        message: outOfMemoryMessage(memoryLimitOf(attempt, lane)),
      }
      kill(attempt, outcomeOfKill[code], code, message)
    },
  })

  const threads = (): Thread[] => lanes.all().map((lane) => lane.describe(options.runnerId))

  function changed(): void {
    for (const listener of listeners) listener()
  }

  function take(lane: Lane, message: FromThread): void {
    if (message.kind === 'answer') {
      if (lane.attempt?.seq === message.seq) ended(lane.attempt, lane, message.answer)
    } else if (message.kind === 'report') {
      if (lane.attempt?.seq === message.seq) lane.attempt.told(message.report)
    } else if (message.kind === 'db') {
      void answerDatabaseCall(options.database, lane, message)
    } else if (message.kind === 'strip') {
      void answerStrip(options.catalog, message)
    } else if (message.kind === 'check') {
      const { type, schema } = message
      const { input, output } = options.catalog.get(type)?.checks ?? {}
      const javaScript = [input, output].find((check) => check?.schema === schema)?.javaScript
      lane.post({ kind: 'check', schema, javaScript })
    } else if (message.kind === 'pong') {
      meter.answered(lane)
    } else if (message.kind === 'measured') {
      if (lane.attempt?.seq === message.seq) meter.told(lane.attempt, message)
    } else if (message.kind === 'services') {
      lane.hasServices = true
    } else if (message.kind === 'left') {
      lane.left.resolve()
    } else {
      const whose =
        message.jobId === undefined ? "The jobs folder's services" : `Code left behind by job ${message.jobId}`
      lane.lastError = `${whose}: ${message.message}`
      lanes.taint(lane)
    }
  }

  /** It has not run, and will not. */
  function giveUp(attempt: PendingAttempt, report: AttemptReport): void {
    line.remove(attempt)
    attempt.settle(report)
  }

  function settleWaiting(report: AttemptReport): void {
    for (const attempt of line) giveUp(attempt, report)
    changed()
  }

  /** Gives waiting attempts to threads, strictly in order, so that none starves. */
  function dispatch(): void {
    if (ending !== undefined || line.size === 0) return
    const claimed = lanes.newClaims()
    for (const attempt of line) {
      const offer = lanes.offer(attempt.request.memoryMb, claimed)
      if (offer === 'full') break
      if (offer === 'coming') continue
      line.remove(attempt)
      start(attempt, offer)
    }
  }

  function start(attempt: PendingAttempt, lane: Lane): void {
    const { request, seq } = attempt
    const source = options.catalog.get(request.type)?.source
    if (source === undefined) {
      const message = `This runner knows no job type ${request.type}.`
      return attempt.settle({ outcome: 'failed', error: { code: 'UNKNOWN_JOB_TYPE', message }, retryable: false })
    }
    const { jobId, type, input } = request
    lanes.occupy(lane, attempt)
    attempt.started(`T${lane.label}`)
    meter.wake()
    if (request.timeoutMs !== undefined) attempt.timer = setTimeout(timeUp, request.timeoutMs, attempt, lane)
    lane.post({ kind: 'attempt', task: { seq, jobId, type, input, source, attempt: request.attempt } })
    changed()
  }

  function ended(attempt: PendingAttempt, lane: Lane, answer: AttemptAnswer): void {
    if (answer.last !== undefined) attempt.told(answer.last)
    lane.jobsDone += 1
    meter.told(attempt, answer)
    const report = { ...reportOf(answer, attempt.asked), ...attempt.measured }
    if (report.error !== undefined) lane.lastError = report.error.message
    lanes.release(lane)
    attempt.settle(report)
    changed()
  }

  function died(lane: Lane, error: unknown): void {
    // What the thread said before, its answer may be among it.
    lane.drain()
    const { attempt } = lane
    if (attempt === undefined) return
    const { killed } = attempt
    const limit = memoryLimitOf(attempt, lane)
    const report: AttemptReport = {
      ...(killed === undefined
        ? reportDeath(error, limit)
        : { outcome: killed.outcome, error: { code: killed.code, message: killed.message }, retryable: true }),
      ...attempt.measured,
    }
    if (report.outcome === 'out-of-memory' && limit.mb !== undefined) report.peakHeapBytes = limit.mb * 2 ** 20
    lanes.lost(lane, attempt, report.error?.message)
    attempt.settle(report)
    changed()
  }

  function ask(attempt: PendingAttempt, lane: Lane, code: StopCode, message: string): void {
    if (attempt.asked !== undefined) return
    attempt.asked = { code, message }
    lane.askToStop({ kind: 'stop', seq: attempt.seq, code, message })
    changed()
  }

  function timeUp(attempt: PendingAttempt, lane: Lane): void {
    if (attempt.settled || attempt.killed !== undefined) return
    const message = timeoutMessage(attempt.request.timeoutMs ?? 0)
    // One that was cancelled before stays cancelled, but does not get more time either.
    ask(attempt, lane, 'TIMED_OUT', message)
    const { code, message: why } = attempt.asked ?? { code: 'TIMED_OUT', message }
    attempt.timer = setTimeout(() => kill(attempt, outcomeOfKill[code], code, why), graceMs)
  }

  function kill(attempt: PendingAttempt, outcome: AttemptReport['outcome'], code: string, message: string): void {
    if (attempt.settled || attempt.killed !== undefined) return
    const lane = lanes.of(attempt)
    if (lane === undefined) {
      giveUp(attempt, { outcome, error: { code, message }, retryable: true })
    } else {
      attempt.killed = { outcome, code, message }
      attempt.beforeKill?.()
      lanes.kill(lane, message, meter.last(attempt, lane))
    }
    changed()
  }

  function run(request: AttemptRequest, listener: AttemptListener): AttemptRun {
    const attempt = new PendingAttempt(++lastSeq, request, listener)
    const handle: AttemptRun = {
      report: attempt.report,
      cancel(reason) {
        if (attempt.settled) return
        const lane = lanes.of(attempt)
        if (lane === undefined) kill(attempt, 'cancelled', 'CANCELLED', reason)
        else ask(attempt, lane, 'CANCELLED', reason)
      },
      kill(reason) {
        const timedOut = attempt.asked?.code === 'TIMED_OUT'
        if (timedOut) kill(attempt, 'timed-out', 'TIMED_OUT', attempt.asked?.message ?? reason)
        else kill(attempt, 'cancelled', 'CANCELLED', reason)
        return true
      },
      stack: () => stackOf(attempt, lanes.of(attempt)),
      profile: (durationMs, stop) => profileOf(attempt, lanes.of(attempt), durationMs, stop),
    }
    if (ending === undefined) {
      line.push(attempt)
      dispatch()
    } else {
      attempt.settle(stoppedReport())
    }
    return handle
  }

  /** An attempt ends when its thread is gone, so that its job can run elsewhere from then on. Answers whether all are. */
  async function endAttempts(): Promise<boolean> {
    settleWaiting(stoppedReport())
    const running = lanes.end()
    for (const attempt of running) kill(attempt, 'cancelled', 'RUNNER_STOPPED', stoppedMessage)
    const allEnded = await within(Promise.all(running.map(({ report }) => report)), endWithinMs)
    for (const attempt of running) attempt.settle(stoppedReport(insideCall))
    return allEnded
  }

  function end(): Promise<boolean> {
    ending ??= endAttempts()
    return ending
  }

  async function close(): Promise<void> {
    const allEnded = await end()
    sampler.close()
    meter.close()
    // A thread inside such a call cannot be waited for: the call lasts as long as it likes.
    await (allEnded ? lanes.close() : within(lanes.close(), endWithinMs))
  }

  const executor: Executor = { name: 'thread', run }
  return {
    executor,
    configure(settings) {
      lanes.configure(settings)
      dispatch()
      changed()
    },
    settings: () => lanes.settings(),
    threads,
    async measured() {
      await sampler.glance()
      return threads()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    waiting: () => line.size,
    watch: () => sampler.watch(),
    async end() {
      await end()
    },
    close() {
      closing ??= close()
      return closing
    },
  }
}
