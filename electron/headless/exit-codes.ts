import type { ErrorCode } from '../contract/errors.ts'
import type { Issue } from '../contract/json.ts'

/** What the exit code of every command means. */
export const exitCodes = {
  ok: 0,
  /** The job failed or was cancelled, some of many jobs refused, the self-test found a difference, or the connection test failed. */
  failed: 1,
  /** Wrong use, bad input, a wrong environment variable: the same again will not do either. */
  usage: 2,
  /** No runner was found, or it does not answer. */
  noRunner: 3,
  /** The runner refused, or could not start (data folder, port, Redis, PostgreSQL): it said why. */
  refused: 4,
  /** The profile asks for its name first, and it was not given or another one. Nothing was changed. */
  unconfirmed: 5,
  /** Ctrl-C while watching a job, which goes on; a second one while a runner stops. As shells have it: 128 + SIGINT. */
  interrupted: 130,
} as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export const exitCodesHelp = `
Exit codes:
  0    done
  1    the job failed or was cancelled, some of many jobs refused, or the self-test or a connection test failed
  2    wrong use or bad input
  3    no runner found, or it does not answer
  4    the runner refused, or could not start, and said why
  5    the profile asks for its name (--confirm), and nothing was changed
  130  ended with Ctrl-C; a job that was watched goes on, what was done to many jobs stays done; serve stopped at once
`

/** What an error of the runner ends a command with: wrong input is the caller's to mend, all else the runner's answer. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  return code.startsWith('INVALID_') ? exitCodes.usage : exitCodes.refused
}

/** An error that ends a command: its sentence goes to standard error. */
export class CliError extends Error {
  readonly exitCode: ExitCode
  /** The code of the runner's error, for `--json`. */
  readonly code: ErrorCode | undefined
  readonly issues: Issue[] | undefined

  constructor(
    exitCode: ExitCode,
    message: string,
    options?: { code?: ErrorCode; issues?: Issue[] | undefined; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CliError'
    this.exitCode = exitCode
    this.code = options?.code
    this.issues = options?.issues
  }
}
