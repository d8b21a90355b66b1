import type { Attempt, Job, JobError, JobOptions, JobState, LogLine, Progress } from '../../contract/job.ts'
import { attemptOutcomes, executorNames, fittingOptions, jobStates, logLevels } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { Attempt as AttemptRow, LogLine as LogRow } from './generated/client.ts'

/** A row of `job` as the queries of the reader select it. */
export interface JobRow {
  id: string
  seq: bigint
  type: string
  state: string
  input: Json
  result: Json
  hasResult: boolean
  error: JobError | null
  progress: Progress | null
  options: JobOptions
  createdAt: Date
  startedAt: Date | null
  finishedAt: Date | null
}

/** A JSON null as result is told from no result by `hasResult`. */
export const jobColumns = `id, seq, type, state, input, result, result IS NOT NULL AS "hasResult", error, progress,
  options, created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt"`

/** A text of the database as one of the words it can be; what a newer Toril wrote becomes the first. */
function oneOf<const Words extends readonly string[]>(words: Words, text: string): Words[number] {
  return words.find((word) => word === text) ?? words[0] ?? text
}

export function toState(text: string): JobState {
  return oneOf(jobStates, text)
}

export function toAttempt(row: AttemptRow): Attempt {
  return {
    number: row.number,
    executor: oneOf(executorNames, row.executor),
    runner: row.runner,
    ...(row.thread === null ? {} : { thread: row.thread }),
    startedAt: row.startedAt.toISOString(),
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt.toISOString() }),
    ...(row.outcome === null ? {} : { outcome: oneOf(attemptOutcomes, row.outcome) }),
    ...(row.cpuMs === null ? {} : { cpuMs: row.cpuMs }),
    ...(row.peakHeapBytes === null ? {} : { peakHeapBytes: Number(row.peakHeapBytes) }),
    ...(row.error === null ? {} : { error: row.error as JobError }),
    ...(row.cancelledBy === null ? {} : { cancelledBy: row.cancelledBy }),
    ...(row.cancelReason === null ? {} : { cancelReason: row.cancelReason }),
  }
}

export function toJob(row: JobRow, attempts: Attempt[]): Job {
  return {
    id: row.id,
    type: row.type,
    state: toState(row.state),
    input: row.input,
    ...(row.hasResult ? { result: row.result } : {}),
    ...(row.error === null ? {} : { error: row.error }),
    // Empty: an attempt began that has told nothing yet.
    ...(row.progress === null || Object.keys(row.progress).length === 0 ? {} : { progress: row.progress }),
    attempts,
    options: fittingOptions(row.options),
    createdAt: row.createdAt.toISOString(),
    ...(row.startedAt === null ? {} : { startedAt: row.startedAt.toISOString() }),
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt.toISOString() }),
  }
}

export function toLogLine(row: LogRow): LogLine {
  const { seq, at, level, attempt, text } = row
  return { seq, at: at.toISOString(), level: oneOf(logLevels, level), attempt, text }
}
