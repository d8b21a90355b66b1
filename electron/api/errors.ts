import { ORPCError } from '@orpc/client'
import { ValidationError } from '@orpc/contract'
import { errorCodes, TorilError, type ErrorCode } from '../contract/errors.ts'
import type { Issue } from '../contract/json.ts'
import type { Log } from './context.ts'
import { issuesOf, sentenceOf } from './issues.ts'

/** An error as it crosses a boundary: code, status, message and, where fields are wrong, which. */
export type WireError = ORPCError<ErrorCode, { issues: Issue[] } | undefined>

/** Makes the error of a code; every transport sends the same. */
export function wireError(code: ErrorCode, message: string, issues?: Issue[]): WireError {
  return new ORPCError(code, {
    status: errorCodes[code].status,
    message,
    data: issues === undefined ? undefined : { issues },
  })
}

export function isWireError(error: unknown): error is WireError {
  return error instanceof ORPCError && typeof error.code === 'string' && Object.hasOwn(errorCodes, error.code)
}

/** The operations whose wrong fields have a code of their own. */
const codeOfInvalidInput: Record<string, ErrorCode> = {
  'preferences.update': 'INVALID_PREFERENCES',
  'profiles.create': 'INVALID_PROFILE',
  'profiles.update': 'INVALID_PROFILE',
  'profiles.test': 'INVALID_PROFILE',
  'profiles.watchTest': 'INVALID_PROFILE',
}

/**
 * The one place where what an operation threw becomes what the caller sees. What is not known is
 * written to the log and leaves as INTERNAL, without its text: that may hold paths or passwords.
 */
export function coerceError(error: unknown, path: readonly string[], log: Log): WireError {
  const operation = path.join('.')
  if (isWireError(error)) return error
  if (error instanceof TorilError) {
    if (error.code === 'INTERNAL') log(`${operation} failed: ${describeError(error)}`)
    return wireError(error.code, error.message, error.issues)
  }
  if (error instanceof ORPCError) {
    if (error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
      const issues = issuesOf(error.cause.issues as readonly { message: string }[], error.cause.data)
      return wireError(codeOfInvalidInput[operation] ?? 'INVALID_REQUEST', sentenceOf(issues), issues)
    }
    if (error.status < 500) return wireError('INVALID_REQUEST', error.message)
  }
  log(`${operation} failed: ${describeError(error)}`)
  return wireError('INTERNAL', `${operation} failed inside Toril. The log of the runner says why.`)
}

/** For a log: where it came from and what was below it, without the properties that others hang onto an error. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  const issues = cause instanceof ValidationError ? ` ${JSON.stringify(cause.issues)}` : ''
  const below = cause instanceof Error && issues === '' ? ` Caused by: ${cause.stack ?? cause.message}` : ''
  return `${error.stack ?? error.message}${issues}${below}`
}
