import { CommanderError, type Command } from 'commander'
import { describeError } from '../api/errors.ts'
import { TorilError } from '../contract/errors.ts'
import { toCliError } from './client/client-error.ts'
import { CliError, exitCodeOf, exitCodes } from './exit-codes.ts'

/** Runs one command line and sets the exit code; what went wrong is one sentence on standard error. */
export async function runCommandLine(program: Command, argv: readonly string[]): Promise<void> {
  // A reader such as `head` that has had enough is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  })
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    process.exitCode = report(error, argv.includes('--json'))
  }
}

function report(error: unknown, asJson: boolean): number {
  // Commander has said it already: help, version, or what is wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const known =
    error instanceof TorilError
      ? new CliError(exitCodeOf(error.code), error.message, { code: error.code })
      : (toCliError(error) ?? error)
  if (!(known instanceof CliError)) {
    // Left to Node, it would be shown with all that others hang onto an error.
    process.stderr.write(`${describeError(error)}\n`)
    return exitCodes.failed
  }
  const { code, message, issues } = known
  const text = asJson ? JSON.stringify({ error: { code, message, issues } }) : message
  process.stderr.write(`${text}\n`)
  return known.exitCode
}
