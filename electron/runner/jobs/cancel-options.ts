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

/** Why a job was cancelled, as it is kept and shown: in the caller's words, or where it was asked for. */
export function reasonText(options: CancelOptions): string {
  return options.reason ?? `Cancelled from the ${spelt[options.by] ?? options.by}.`
}

/** The error of a job that was cancelled for good. By its code the end of the job is known as a cancel. */
export function cancelledError({ reason }: { by: string; reason: string }): JobError {
  return { code: 'CANCELLED', message: reason }
}
