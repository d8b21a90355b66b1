import type { JobError } from '../../contract/job.ts'

/** How a job is to be cancelled. */
export interface CancelOptions {
  now?: boolean | undefined
  then?: 'stop' | 'retry' | undefined
  reason?: string | undefined
  /** Who asked: panel, cli, rest; `panel on <runner>` when it was asked there. */
  by: string
}

const spelt: Record<string, string> = { cli: 'CLI', rest: 'REST API' }

/** What was done, from where, and why if that was said: one sentence. */
export function toldWhy(done: string, by: string, reason?: string): string {
  const fact = `${done} from the ${by.replace(/^\w+/, (door) => spelt[door] ?? door)}`
  return reason === undefined ? `${fact}.` : `${fact}: ${reason}`
}

/** Why a job was cancelled, as it is kept with its attempt: in the caller's words, or where it was asked for. */
export function reasonText(options: CancelOptions): string {
  return options.reason ?? toldWhy('Cancelled', options.by)
}

/**
 * The error of a job that was cancelled for good: who and why, since a job may have no attempt that says so. By its
 * code the end of the job is known as a cancel.
 */
export function cancelledError({ by, reason }: { by: string; reason: string }): JobError {
  const message = reason === toldWhy('Cancelled', by) ? reason : toldWhy('Cancelled', by, reason)
  return { code: 'CANCELLED', message }
}
