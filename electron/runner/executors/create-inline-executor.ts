import type { Catalog } from '../catalog/catalog.ts'
import type { JobDatabaseAccess } from '../history/history.ts'
import type { JobServices } from '../../../workers/context.ts'
import { coerceThrown } from '../../../workers/job-error.ts'
import type { Ending } from '../../../workers/protocol.ts'
import { Reporter } from '../../../workers/reporter.ts'
import { createContext, prepareJob, runDefinition, type PreparedJob } from '../../../workers/run-definition.ts'
import { StopError, StopSignal } from '../../../workers/stop-signal.ts'
import { reportOf, timeoutMessage } from './attempt-outcome.ts'
import { createDirectDatabase } from './direct-database.ts'
import { deliverReport } from './deliver-report.ts'
import type { AttemptListener, AttemptReport, AttemptRequest, Executor } from './executor.ts'

export interface InlineExecutorOptions {
  catalog: Pick<Catalog, 'get' | 'load'>
  database: JobDatabaseAccess
  /** `ctx.services.resultsDir`, absolute. */
  resultsDir: string
}

/**
 * Runs jobs in the runner's own process: no isolation, no thread to end. Cancel and timeout reach such
 * a job only by `ctx.signal`, and what it writes to the console stays with the runner. CPU and heap are
 * not measured: they could not be told from the runner's own.
 */
export function createInlineExecutor(options: InlineExecutorOptions): Executor {
  const { catalog, database } = options
  const services: JobServices = { db: createDirectDatabase(database), resultsDir: options.resultsDir }
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
    return runDefinition(
      job,
      request.input,
      createContext(request, services, reporter, stop, () => {}),
      stop,
    )
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
    const ending = await execute(request, stop, reporter)
    clearTimeout(timer)
    const last = reporter.close()
    if (last !== undefined) deliverReport(last, listener)
    return reportOf({ ending, stopped: stop.reason !== undefined }, stop.reason)
  }

  return {
    name: 'inline',
    run(request, listener) {
      const stop = new StopSignal()
      return {
        report: attempt(request, listener, stop),
        cancel: (reason) => stop.stop(new StopError('CANCELLED', reason)),
        // Nothing can end code of the own process but its own will.
        kill: () => false,
      }
    },
  }
}
