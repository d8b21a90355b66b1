import type { Attempt, JobState, LogLine } from '../../contract/job.ts'
import { isFinished } from '../../contract/job.ts'
import type { JobRecord } from './history.ts'
import { jsonText, lineText } from './json-text.ts'

type Field = Exclude<keyof JobRecord, 'id'>

const fields: readonly Field[] = [
  ...(['type', 'state', 'input', 'result', 'error', 'progress', 'options'] as const),
  ...(['createdAt', 'startedAt', 'finishedAt'] as const),
]

/** What belongs to one run of a job and goes when the job is run again. */
const fieldsOfRun: readonly Field[] = ['result', 'error', 'progress', 'startedAt', 'finishedAt']

/**
 * What is not yet written of one job. Values are kept as JSON text: made once, at the moment of saving,
 * so that later changes of an object do not leak in, and the size is known.
 */
export interface PendingJob {
  id: string
  /** Place in the order of saving, of the oldest thing in it. */
  stamp: number
  state: JobState | undefined
  fields: Partial<Record<Field, string>>
  attempts: Map<number, string>
  logs: string[]
  /** Roughly the memory held: characters of all texts. */
  size: number
}

export function newPending(id: string, stamp: number): PendingJob {
  return { id, stamp, state: undefined, fields: {}, attempts: new Map(), logs: [], size: 100 }
}

export function sizeOf(job: PendingJob): number {
  let size = 100
  for (const text of Object.values(job.fields)) size += text.length
  for (const text of job.attempts.values()) size += text.length
  for (const text of job.logs) size += text.length
  return size
}

function forget(job: PendingJob, names: readonly Field[]): void {
  for (const name of names) {
    job.size -= job.fields[name]?.length ?? 0
    delete job.fields[name]
  }
}

/** The same rules as the SQL of the batch (save_batch in the migrations): a state decides which fields can be there. */
function enterState(job: PendingJob, state: JobState): void {
  if (!isFinished(state)) forget(job, job.state !== undefined && isFinished(job.state) ? fieldsOfRun : ['finishedAt'])
  if (state !== 'completed') forget(job, ['result'])
  else forget(job, ['error'])
  job.state = state
}

/** The queue was emptied and counts from the start: another job has this id now. */
function startOver(job: PendingJob): void {
  job.fields = {}
  job.attempts.clear()
  job.logs = []
  job.state = undefined
  job.size = 100
}

function setField(job: PendingJob, name: Field, text: string): void {
  job.size += text.length - (job.fields[name]?.length ?? 0)
  job.fields[name] = text
}

export function addFields(job: PendingJob, record: Partial<JobRecord>): void {
  if (record.createdAt !== undefined) {
    const text = JSON.stringify(record.createdAt)
    if (job.fields.createdAt !== undefined && job.fields.createdAt !== text) startOver(job)
  }
  if (record.state !== undefined) enterState(job, record.state)
  for (const name of fields) {
    const value = record[name]
    if (value !== undefined) setField(job, name, jsonText(value))
  }
}

export function addAttempt(job: PendingJob, attempt: Attempt): void {
  const text = jsonText(attempt)
  job.size += text.length - (job.attempts.get(attempt.number)?.length ?? 0)
  job.attempts.set(attempt.number, text)
}

export function addLogs(job: PendingJob, lines: LogLine[]): void {
  for (const { seq, at, level, attempt, text } of lines) {
    const line = `"seq":${seq},"at":${jsonText(at)},"level":"${level}","attempt":${attempt},"text":${lineText(text)}`
    job.logs.push(line)
    job.size += line.length
  }
}

/** Puts what was saved later on top of a batch that could not be written. Changes and answers `older`. */
export function mergePending(older: PendingJob, newer: PendingJob): PendingJob {
  const { createdAt } = newer.fields
  if (createdAt !== undefined && older.fields.createdAt !== undefined && older.fields.createdAt !== createdAt) {
    return newer
  }
  if (newer.state !== undefined) enterState(older, newer.state)
  for (const name of fields) {
    const text = newer.fields[name]
    if (text !== undefined) setField(older, name, text)
  }
  for (const [number, text] of newer.attempts) older.attempts.set(number, text)
  older.logs.push(...newer.logs)
  older.size = sizeOf(older)
  return older
}
