import { AsyncLocalStorage } from 'node:async_hooks'
import type { LogLevel } from '../../contract/job.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { JobDatabaseAccess } from '../history/history.ts'
import type { JobServices } from '../../../workers/context.ts'
import { coerceThrown } from '../../../workers/job-error.ts'
import type { Ending } from '../../../workers/protocol.ts'
import { FolderServices } from '../../../workers/folder-services.ts'
import { captureOutput } from '../../../workers/output-capture.ts'
import { Reporter } from '../../../workers/reporter.ts'
import { createContext, prepareJob, runDefinition, type PreparedJob } from '../../../workers/run-definition.ts'
import { StopError, StopSignal } from '../../../workers/stop-signal.ts'
import { reportOf, timeoutMessage } from './attempt-outcome.ts'
import { createDirectDatabase } from './direct-database.ts'
import { TorilError } from '../../contract/errors.ts'
import { profileProcess } from '../profiling/profile-process.ts'
import { deliverReport } from './deliver-report.ts'
import type { AttemptListener, AttemptReport, AttemptRequest, Executor } from './executor.ts'

export interface InlineExecutorOptions {
  catalog: Pick<Catalog, 'get' | 'load'>
  database: JobDatabaseAccess
  /** `ctx.services.resultsDir`, absolute. */
  resultsDir: string
  /** Told in one sentence what went wrong where no job waits. */
  onProblem?: (message: string) => void
}

export interface InlineExecutor extends Executor {
  /** Disposes of the services that a jobs folder brought along. */
  close(): Promise<void>
}

/** The attempt that code belongs to, followed through its promises and timers. */
interface Owner {
  reporter: Reporter
  ended: boolean
}

/**
 * Runs jobs in the runner's own process: no isolation, no thread to end. Cancel and timeout reach such
 * a job only by `ctx.signal`. CPU and heap are not measured: they could not be told from the runner's own.
 */
export function createInlineExecutor(options: InlineExecutorOptions): InlineExecutor {
  const { catalog, database } = options
  const ownerNow = new AsyncLocalStorage<Owner | undefined>()
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

  async function execute(request: AttemptRequest, stop: StopSignal, reporter: Reporter): Promise<Ending> {
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

  async function attempt(request: AttemptRequest, listener: AttemptListener, stop: StopSignal): Promise<AttemptReport> {
    if (catalog.get(request.type) === undefined) {
      const message = `This runner knows no job type ${request.type}.`
      return { outcome: 'failed', error: { code: 'UNKNOWN_JOB_TYPE', message }, retryable: false }
    }
    listener.onStart({})
    const reporter = new Reporter((report) => deliverReport(report, listener))
    const { timeoutMs } = request
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop.stop(new StopError('TIMED_OUT', timeoutMessage(timeoutMs))), timeoutMs)
    // The console of the runner is its own until a job may write to it.
    releaseOutput ??= captureOutput(sinkNow)
    const owner = { reporter, ended: false }
    const ending = await ownerNow.run(owner, execute, request, stop, reporter)
    owner.ended = true
    clearTimeout(timer)
    const last = reporter.close()
    if (last !== undefined) deliverReport(last, listener)
    return reportOf({ ending, stopped: stop.reason !== undefined }, stop.reason)
  }

  return {
    name: 'inline',
    async close() {
      await folderServices.close()
      releaseOutput?.()
      releaseOutput = undefined
    },
    run(request, listener) {
      const stop = new StopSignal()
      const report = attempt(request, listener, stop)
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
