import { ORPCError } from '@orpc/client'
import * as z from 'zod'
import { errorCodes, type ErrorCode } from '../../contract/errors.ts'
import { issueSchema } from '../../contract/json.ts'
import { CliError, exitCodeOf, exitCodes } from '../exit-codes.ts'

const issuesSchema = z.object({ issues: z.array(issueSchema).optional() })

/** What a call to the runner rejected with, as an end of the command; undefined when it was no such error. */
export function toCliError(error: unknown): CliError | undefined {
  if (error instanceof CliError) return error
  if (error instanceof ORPCError) {
    const code = String(error.code)
    if (!isErrorCode(code)) return new CliError(exitCodes.noRunner, `What answers is no Toril: ${error.message}.`)
    const issues = issuesSchema.safeParse(error.data).data?.issues
    return new CliError(exitCodeOf(code), error.message, { code, issues, cause: error })
  }
  // What fetch rejects with when there is no connection, or when it breaks half-way.
  if (error instanceof TypeError) {
    const { cause } = error
    const reason = cause instanceof Error ? ('code' in cause ? String(cause.code) : '') || cause.message : error.message
    const message = `The runner does not answer (${reason}). Start one with \`npm run serve\` or open Toril.`
    return new CliError(exitCodes.noRunner, message, { cause: error })
  }
  return undefined
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code)
}
