import { AsyncLocalStorage } from 'node:async_hooks'
import type { LogLevel } from '../../contract/job.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { JobDatabaseAccess } from '../history/history.ts'
import type { JobServices } from '../../../workers/context.ts'
import { coerceThrown } from '../../../workers/job-error.ts'
import type { Ending } from '../../../workers/protocol.ts'
import { FolderServices } from '../../../workers/folder-services.ts'
import { captureOutput } from '../../../workers/output-capture.ts'
import { createContext, prepareJob, runDefinition, type PreparedJob } from '../../../workers/run-definition.ts'
import { StopError } from '../../../workers/stop-signal.ts'
import { reportOf, stoppedMessage, stoppedReport, timeoutMessage } from './attempt-outcome.ts'
import { createDirectDatabase } from './direct-database.ts'
import { TorilError } from '../../contract/errors.ts'
import { within } from '../queue/within.ts'
import { profileProcess } from '../profiling/profile-process.ts'
import type { AttemptListener, AttemptReport, AttemptRequest, Executor } from './executor.ts'
import { InlineAttempt } from './inline-attempt.ts'

export interface InlineExecutorOptions {
  catalog: Pick<Catalog, 'get' | 'load'>
  database: JobDatabaseAccess
  /** `ctx.services.resultsDir`, absolute. */
  resultsDir: string
  /** Told in one sentence what went wrong where no job waits. */
  onProblem?: (message: string) => void
}

export interface InlineExecutor extends Executor {
  /** Runs nothing more, and asks what runs to stop. What does not within a moment ends all the same, with that said. */
  stop(): Promise<void>
  /** Disposes of the services that a jobs folder brought along. */
  close(): Promise<void>
}

/** A job that heeds its signal needs no more, and one that does not would not in any time. */
const heedWithinMs = 500
const goesOn = "It ran in the runner's own process and did not heed its signal, so its code may still go on there."

/**
 * Runs jobs in the runner's own process: no isolation, no thread to end. Cancel and timeout reach such
 * a job only by `ctx.signal`. CPU and heap are not measured: they could not be told from the runner's own.
 */
export function createInlineExecutor(options: InlineExecutorOptions): InlineExecutor {
  const { catalog, database } = options
  /** The attempt that code belongs to, followed through its promises and timers. */
  const ownerNow = new AsyncLocalStorage<InlineAttempt | undefined>()
  const services: JobServices = {
    db: createDirectDatabase(database, () => ownerNow.getStore()),
    resultsDir: options.resultsDir,
  }
  const folderServices = new FolderServices({
    base: services,
    apart: (work) => ownerNow.run(undefined, work),
    onProblem: options.onProblem ?? ((message) => console.error(message)),
  })
  let releaseOutput: (() => void) | undefined
  let stopped = false
  const running = new Set<InlineAttempt>()

  function sinkNow(): ((text: string, level: LogLevel) => void) | undefined {
    const owner = ownerNow.getStore()
    return owner === undefined || owner.ended ? undefined : (text, level) => owner.reporter.log(text, level)
  }
  const prepared = new Map<string, { version: string; job: Promise<PreparedJob> }>()

  function prepare(type: string): Promise<PreparedJob> {
    const source = catalog.get(type)?.source
    const version = source?.kind === 'file' ? source.url : 'built-in'
    const known = prepared.get(type)
    if (known?.version === version) return known.job
    const job = catalog.load(type).then(prepareJob)
    prepared.set(type, { version, job })
    job.catch(() => prepared.delete(type))
    return job
  }

  async function execute(request: AttemptRequest, { stop, reporter }: InlineAttempt): Promise<Ending> {
    let job: PreparedJob
    try {
      job = await prepare(request.type)
    } catch (thrown) {
      const error = coerceThrown(thrown, 'JOB_NOT_LOADED')
      const message = `The job type ${request.type} could not be loaded: ${error.message}`
      return { kind: 'failed', error: { ...error, code: 'JOB_NOT_LOADED', message }, retryable: true }
    }
    const run = (given: JobServices): Promise<Ending> =>
      runDefinition(
        job,
        request.input,
        createContext(request, given, reporter, stop, () => {}),
        stop,
      )
    const source = catalog.get(request.type)?.source
    if (source?.kind !== 'file' || source.services === undefined) return run(services)
    const lease = await folderServices.acquire(source.services)
    try {
      return await run(lease.services)
    } finally {
      lease.release()
    }
  }

  async function attempt(request: AttemptRequest, owner: InlineAttempt): Promise<AttemptReport> {
    const { stop } = owner
    const { timeoutMs } = request
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop.stop(new StopError('TIMED_OUT', timeoutMessage(timeoutMs))), timeoutMs)
    // The console of the runner is its own until a job may write to it.
    releaseOutput ??= captureOutput(sinkNow)
    try {
      const ending = await ownerNow.run(owner, execute, request, owner)
      return reportOf({ ending, stopped: stop.reason !== undefined }, stop.reason)
    } catch (thrown) {
      return { outcome: 'failed', error: coerceThrown(thrown, 'JOB_NOT_LOADED'), retryable: true }
    } finally {
      clearTimeout(timer)
    }
  }

  function begin(request: AttemptRequest, listener: AttemptListener): InlineAttempt {
    const owner = new InlineAttempt(listener)
    if (stopped) owner.end(stoppedReport())
    else if (catalog.get(request.type) === undefined) {
      const message = `This runner knows no job type ${request.type}.`
      owner.end({ outcome: 'failed', error: { code: 'UNKNOWN_JOB_TYPE', message }, retryable: false })
    } else {
      running.add(owner)
      listener.onStart({})
      void attempt(request, owner).then((report) => owner.end(report))
      void owner.report.then(() => running.delete(owner))
    }
    return owner
  }

  return {
    name: 'inline',
    async stop() {
      stopped = true
      for (const { stop } of running) stop.stop(new StopError('RUNNER_STOPPED', stoppedMessage))
      await within(Promise.all(Array.from(running, ({ report }) => report)), heedWithinMs)
      for (const owner of running) owner.end(stoppedReport(goesOn))
    },
    async close() {
      await folderServices.close()
      releaseOutput?.()
      releaseOutput = undefined
    },
    run(request, listener) {
      const { report, stop } = begin(request, listener)
      return {
        report,
        cancel: (reason) => stop.stop(new StopError('CANCELLED', reason)),
        // Nothing can end code of the own process but its own will.
        kill: () => false,
        stack() {
          const message = `Job ${request.jobId} runs in the runner's own process, whose stack cannot be taken. Record a CPU profile instead.`
          return Promise.reject(new TorilError('RUNS_INLINE', message))
        },
        profile: (durationMs, end) => profileProcess(durationMs, end, report),
      }
    },
  }
}
