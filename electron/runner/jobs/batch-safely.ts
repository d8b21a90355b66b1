import { batchLimit, type BatchAction, type BatchProgress } from '../../contract/batch.ts'
import { TorilError } from '../../contract/errors.ts'
import { isFinished, jobStates, type Job, type JobState } from '../../contract/job.ts'
import type { JobPage, JobQuery } from '../history/history.ts'
import type { Safety } from '../safety/create-safety.ts'
import { counted } from '../counted.ts'
import { runBatch } from './run-batch.ts'
import { forEachAtOnce, tellDryRun } from './tell-progress.ts'

export type BatchSafety = Pick<Safety, 'refuseUnconfirmed'>

export interface FindParts {
  search: (query: JobQuery) => Promise<JobPage>
  action: BatchAction
  /** Which jobs: those with these ids, or those that match; limit and cursor are the batch's own. */
  which: { ids: readonly string[] } | JobQuery
  /** Rejects JOB_NOT_FOUND. */
  get: (id: string) => Promise<Pick<Job, 'state'>>
  signal: AbortSignal
}

export interface SafeBatchParts extends FindParts {
  act: (id: string) => Promise<unknown>
  safety: BatchSafety
  asked: { dryRun?: boolean | undefined; confirm?: string | undefined }
}

const pageSize = 200
/** Reads at once; more would only stand in line at the queue. */
const atOnce = 8

/** The states a job must be in for the action to make sense. */
const possible: Record<BatchAction, (state: JobState) => boolean> = {
  cancel: (state) => !isFinished(state),
  retry: isFinished,
  // A running job has to be cancelled first.
  remove: (state) => state !== 'active',
}

const acts: Record<BatchAction, (jobs: string) => string> = {
  cancel: (jobs) => `cancel ${jobs}`,
  retry: (jobs) => `run ${jobs} again`,
  remove: (jobs) => `remove ${jobs}`,
}

interface Found {
  ids: string[]
  byState: Partial<Record<JobState, number>>
}

/** Named by their ids: what cannot be done to one of them is told as its failure, and counted by no dry run. */
async function countNamed({ get, action, signal }: FindParts, ids: readonly string[]): Promise<Found['byState']> {
  const byState: Found['byState'] = {}
  await forEachAtOnce(ids, atOnce, signal, async (id) => {
    const state = await stateOf(get, id)
    if (state !== undefined && possible[action](state)) byState[state] = (byState[state] ?? 0) + 1
  })
  return byState
}

async function stateOf(get: FindParts['get'], id: string): Promise<JobState | undefined> {
  try {
    return (await get(id)).state
  } catch (error) {
    if (error instanceof TorilError && error.code === 'JOB_NOT_FOUND') return undefined
    throw error
  }
}

async function findJobs(parts: FindParts, dryRun: boolean): Promise<Found> {
  const { which } = parts
  if (!('ids' in which)) return findMatching(parts, which)
  const ids = [...new Set(which.ids)]
  return { ids, byState: dryRun ? await countNamed(parts, ids) : {} }
}

async function findMatching({ search, action, signal }: FindParts, query: JobQuery): Promise<Found> {
  const found: Found = { ids: [], byState: {} }
  const { cursor: _cursor, ...all } = query
  const states = (query.states ?? [...jobStates]).filter(possible[action])
  if (states.length === 0) return found
  let cursor: string | undefined
  do {
    const page: JobPage = await search({
      ...all,
      states,
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    })
    for (const { id, state } of page.jobs.slice(0, batchLimit - found.ids.length)) {
      found.ids.push(id)
      found.byState[state] = (found.byState[state] ?? 0) + 1
    }
    cursor = page.nextCursor
  } while (cursor !== undefined && found.ids.length < batchLimit && !signal.aborted)
  return found
}

/**
 * Does one thing to the jobs that are named, or to all that match at its beginning. All ids are read first: what the batch itself changes must
 * not change what it is about, and a person is to know their number before. A dry run answers that number alone.
 * Rejects CONFIRMATION_REQUIRED for more than one job of a production profile whose name was not given.
 */
export async function batchSafely(parts: SafeBatchParts): Promise<AsyncIterable<BatchProgress>> {
  const { action, act, safety, asked, signal } = parts
  const { ids, byState } = await findJobs(parts, asked.dryRun === true)
  if (asked.dryRun === true) return tellDryRun(byState)
  if (ids.length > 1) safety.refuseUnconfirmed(acts[action](counted(ids.length, 'job')), asked.confirm)
  return runBatch({ ids, act, signal })
}
