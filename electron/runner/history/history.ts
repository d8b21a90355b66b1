import type { JobCondition } from '../../contract/job-filter.ts'
import type { Attempt, Job, JobState, LogLine } from '../../contract/job.ts'
import type { Throughput, ThroughputRange } from '../../contract/runner.ts'
import type { Packed } from '../../../workers/database/wire.ts'
import type { DatabaseAnswer } from '../../../workers/protocol.ts'

/** What the history keeps of a job: the job without its attempts (they are written one by one). */
export type JobRecord = Omit<Job, 'attempts' | 'waitingReason'>

export interface JobQuery {
  text?: string
  states?: JobState[]
  type?: string
  since?: string
  until?: string
  /** All must hold. */
  conditions?: JobCondition[]
  limit: number
  cursor?: string
}

export interface JobPage {
  jobs: Job[]
  /**
   * Present when there is more to look at. One answer to a text looks through some thousand jobs at most: it may
   * have fewer jobs than asked for, or none, and a cursor.
   */
  nextCursor?: string
  /**
   * How many match in all. With a text or a filter it is counted up to 1,000 only, with a time up to 100,000; the
   * pages go on past that.
   */
  total: number
  /** Present when `total` was counted up to its limit: that many match at least. */
  totalIsMinimum?: true
}

/**
 * The write side: calls return at once, are merged by job and attempt, and reach the database in
 * batches, in order. While the database is away they are kept (bounded, newest wins per job) and
 * written when it is back. Text is sanitised: PostgreSQL takes no NUL and no lone surrogates.
 */
export interface HistoryWriter {
  /**
   * Inserts or updates. Fields left out stay as they are, with two exceptions: entering a live state ends
   * what belonged to a finished run (result, error, progress, times), and only a completed job keeps a
   * result. On first sight id, type, state, input, options and createdAt must be given; without them a job
   * that is not there (any more) is left alone. Another createdAt than before: the queue was emptied and
   * the id means another job now, which replaces the old one with its attempts and lines.
   */
  saveJob(job: Partial<JobRecord> & { id: string }): void
  saveAttempt(jobId: string, attempt: Attempt): void
  saveLogs(jobId: string, lines: LogLine[]): void
  /** Resolves when everything saved before the call is in the database; rejects UNAVAILABLE when it cannot be reached. */
  flush(): Promise<void>
}

export interface FinishedJobs {
  states: readonly JobState[]
  /** Epoch ms. */
  endedBefore: number
}

/** The read side: every read sees what was saved before it. */
export interface HistoryReader {
  job(id: string): Promise<Job | undefined>
  /** Newest first. Text is searched in id, type, input, result, error and log lines; an id that is only a number, as a whole. */
  search(query: JobQuery): Promise<JobPage>
  logs(jobId: string, after: number, limit: number): Promise<{ lines: LogLine[]; total: number; dropped: number }>
  counts(): Promise<Record<JobState, number>>
  /** Which of these ids the history knows, with the state it has for them. */
  states(ids: string[]): Promise<Map<string, JobState>>
  /** Which of these jobs have ended by what is written here, with all of their attempts, and a result if completed. */
  whole(ids: string[]): Promise<Set<string>>
  /** Ids in one of the live states, to be reconciled with the queue at start. */
  unfinished(limit: number): Promise<string[]>
  throughput(range: ThroughputRange, now: Date): Promise<Throughput>
  /** How many jobs in these states ended by then; with `oldest` of the oldest so many. */
  finishedCounts(which: FinishedJobs & { oldest?: number }): Promise<Map<JobState, number>>
  /** Their ids, oldest first. */
  finishedIds(which: FinishedJobs, limit: number): Promise<string[]>
}

/** Serves `ctx.services.db` with the one database client, whatever executor asks. */
export interface JobDatabaseAccess {
  /**
   * Runs a packed request. Never rejects: what goes wrong is in the answer. `unwanted` is asked when the
   * request's turn has come: it is dropped when nobody waits for it any more.
   */
  run(request: Packed, unwanted?: () => boolean): Promise<DatabaseAnswer>
}

export interface History {
  /** The same for all runners that write the same rows: same server, database, schema and source. */
  readonly place: string
  writer: HistoryWriter
  reader: HistoryReader
  removeJob(id: string): Promise<boolean>
  /** Removes those of the jobs that still are what `which` says; answers their ids. */
  removeFinished(ids: readonly string[], which: FinishedJobs): Promise<string[]>
  /** Deletes finished jobs past the limits, oldest first, in small steps; answers how many. */
  prune(limits: { keepDays: number; keepJobs: number }): Promise<number>
  /** For `ctx.services.db`. */
  jobDatabase: JobDatabaseAccess
  /** Says whether the database answers, and why not. */
  ping(): Promise<void>
  close(): Promise<void>
}
