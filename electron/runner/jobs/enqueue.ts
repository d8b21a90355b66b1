import { TorilError } from '../../contract/errors.ts'
import type { Job, JobOptions } from '../../contract/job.ts'
import type { Issue, Json } from '../../contract/json.ts'
import type { Preferences } from '../../contract/preferences.ts'
import type { Catalog, CatalogEntry } from '../catalog/catalog.ts'
import type { HistoryWriter } from '../history/history.ts'
import type { JobQueue, QueuedOptions } from '../queue/job-queue.ts'
import { recordOf } from './attempt-processor.ts'
import type { JobBoard } from './job-board.ts'
import { jobFromQueue } from './job-from-queue.ts'
import type { LiveRunners } from './live-runners.ts'

export interface EnqueueParts {
  queue: JobQueue
  writer: HistoryWriter
  catalog: Catalog
  runners: LiveRunners
  board: JobBoard
  preferences: () => Preferences
  stopping: () => boolean
}

/** A dotted path for people: `items.3.name`; the input itself when empty. */
function pathText(issue: Issue): string {
  return issue.path.length === 0 ? 'input' : `input.${issue.path.join('.')}`
}

function optionsFor(entry: CatalogEntry | undefined, options: JobOptions, preferences: Preferences): QueuedOptions {
  const defaults = entry?.jobType.defaults ?? {}
  const { attempts, backoff } = preferences.queue
  // Limits of the type stay with the type, so that a changed file serves the next attempt.
  return {
    attempts: options.attempts ?? defaults.attempts ?? attempts,
    backoff: options.backoff ?? defaults.backoff ?? backoff,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
    ...(options.memoryMb === undefined ? {} : { memoryMb: options.memoryMb }),
    ...(options.executor === undefined ? {} : { executor: options.executor }),
    ...priorityOf(options.priority ?? defaults.priority),
    ...(options.delayMs ? { delayMs: options.delayMs } : {}),
    ...(options.deduplicationId === undefined ? {} : { deduplicationId: options.deduplicationId }),
  }
}

function priorityOf(priority: number | undefined): { priority?: number } {
  return priority ? { priority } : {}
}

/** Checks a request at the door and hands it to the queue. */
export function createEnqueue(parts: EnqueueParts): (type: string, input: Json, options?: JobOptions) => Promise<Job> {
  async function check(type: string, input: Json): Promise<CatalogEntry | undefined> {
    const entry = parts.catalog.get(type)
    if (entry === undefined) {
      if (await parts.runners.knowsNow(type)) return undefined
      const known = parts.catalog
        .list()
        .jobTypes.map((jobType) => jobType.name)
        .join(', ')
      throw new TorilError('UNKNOWN_JOB_TYPE', `No runner knows the job type "${type}". Known types: ${known}.`, {
        issues: [{ path: ['type'], message: 'No runner knows this job type.' }],
      })
    }
    const checked = await parts.catalog.validateInput(type, input)
    if ('issues' in checked) {
      const first = checked.issues[0]
      const message = first === undefined ? 'The input is not valid.' : `${pathText(first)}: ${first.message}`
      throw new TorilError('INVALID_INPUT', message, { issues: checked.issues })
    }
    return entry
  }

  return async (type, input, options = {}) => {
    if (parts.stopping()) throw new TorilError('RUNNER_STOPPING', 'The runner is stopping and takes no new jobs.')
    const entry = await check(type, input)
    // The input is kept as it was given: the thread applies the schema again, and must see the same.
    const queued = await parts.queue.add(type, input, optionsFor(entry, options, parts.preferences()))
    const known = parts.board.recent(queued.id)
    // Same deduplicationId: the answer is the job that is there already, perhaps running.
    if (known !== undefined && known.createdAt === new Date(queued.createdAt).toISOString()) return known
    const job = jobFromQueue(queued)
    parts.writer.saveJob(recordOf(job))
    parts.board.changed(job)
    return job
  }
}
