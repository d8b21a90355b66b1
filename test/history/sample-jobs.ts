import type { Attempt, LogLine } from '../../electron/contract/job.ts'
import type { JobRecord } from '../../electron/runner/history/history.ts'

/** 2026-01-01T00:00:00.000Z plus so many milliseconds. */
export function timeAt(milliseconds: number): string {
  return new Date(Date.UTC(2026, 0, 1) + milliseconds).toISOString()
}

export function sampleJob(id: string, fields: Partial<JobRecord> = {}): JobRecord {
  return { id, type: 'add', state: 'waiting', input: { a: 1 }, options: {}, createdAt: timeAt(0), ...fields }
}

export function sampleAttempt(number: number, fields: Partial<Attempt> = {}): Attempt {
  return { number, executor: 'thread', runner: 'r1', thread: 'T1', startedAt: timeAt(5), ...fields }
}

export function sampleLine(seq: number, text: string): LogLine {
  return { seq, at: timeAt(seq), level: 'info', attempt: 1, text }
}
