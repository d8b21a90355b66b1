import { ORPCError } from '@orpc/client'
import { CliError, exitCodes } from '../exit-codes.ts'
import { note } from '../output/print.ts'
import { ask, isInteractive } from './ask.ts'

function needsName(error: unknown): error is ORPCError<string, unknown> {
  return error instanceof ORPCError && error.code === 'CONFIRMATION_REQUIRED'
}

/**
 * Makes a call that may need the name of a production profile. At a terminal the name is asked for, once it is known
 * that it is needed, after `beforeAsking`; in a script it must be given. Rejects with a CliError of its own exit code.
 */
export async function confirmed<Result>(
  given: string | undefined,
  call: (confirm: { confirm?: string }) => Promise<Result>,
  beforeAsking: () => Promise<void> = () => Promise.resolve(),
): Promise<Result> {
  try {
    return await call(given === undefined ? {} : { confirm: given })
  } catch (error) {
    if (!needsName(error)) throw error
    if (given !== undefined || !isInteractive()) throw unconfirmed(error)
    await beforeAsking()
    note(error.message)
    const name = await ask('Name of the profile: ')
    return call({ confirm: name }).catch((again: unknown) => {
      throw needsName(again) ? unconfirmed(again) : again
    })
  }
}

function unconfirmed(error: ORPCError<string, unknown>): CliError {
  const message = `${error.message} In a script use --confirm <name>.`
  return new CliError(exitCodes.unconfirmed, message, { code: 'CONFIRMATION_REQUIRED', cause: error })
}
