import type { JobError } from '../../contract/job.ts'
import { cleanText } from './sanitize-json.ts'

/** Longer texts are cut: they travel with every look at the job. */
const maxMessage = 10_000
const maxStack = 20_000

/** What BullMQ keeps of an error: `failedReason` and the last entry of `stacktrace`. */
export interface StoredError {
  failedReason: string
  stack: string
}

const withCode = /^\[(cancelled:)?([^\]\s]+)\] ([\s\S]*)$/

/**
 * BullMQ keeps a failure as one text. Toril writes the code in front of the message, `[TIMED_OUT] It took …`,
 * and `[cancelled:CODE] …` for a cancel, so that code and cancel survive and other tools still show a sentence.
 */
export function encodeError(error: JobError, cancelled: boolean): StoredError {
  const code = encodeURIComponent(cleanText(error.code)) || 'JOB_FAILED'
  const message = cleanText(error.message).slice(0, maxMessage)
  const failedReason = cleanText(`[${cancelled ? 'cancelled:' : ''}${code}] ${message}`)
  // BullMQ keeps the stack of an earlier attempt when an error has none; the reason stands in for "none".
  const stack = error.stack === undefined ? failedReason : cleanText(cleanText(error.stack).slice(0, maxStack))
  return { failedReason, stack: stack === '' ? failedReason : stack }
}

/** BullMQ's own reason for a job that was found without a live runner too often. */
export const stalledReason = 'job stalled more than allowable limit'

export function decodeError(failedReason: string, stack: string | undefined): { error: JobError; cancelled: boolean } {
  const match = withCode.exec(failedReason)
  const ownStack = stack === undefined || stack === failedReason ? {} : { stack }
  if (match === null) {
    const lost = failedReason === stalledReason
    const message = lost
      ? 'The runners that took this job stopped answering too often. It is not tried again.'
      : failedReason
    return { error: { code: lost ? 'LOST' : 'JOB_FAILED', message, ...ownStack }, cancelled: false }
  }
  const [, mark, code = 'JOB_FAILED', message = ''] = match
  return { error: { code: decodeCode(code), message, ...ownStack }, cancelled: mark !== undefined }
}

function decodeCode(code: string): string {
  try {
    return decodeURIComponent(code)
  } catch {
    return code
  }
}
