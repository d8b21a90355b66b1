import { TorilError } from '../../../contract/errors.ts'

/** One sentence out of what PostgreSQL wrote before it gave up. */
export function startFailure(folder: string, output: string, otherwise: string): TorilError {
  const lines = output.split('\n').filter((line) => /(FATAL|PANIC|error):/i.test(line))
  const last = (lines.at(-1) ?? '').replace(/^.*?(FATAL|PANIC|error):\s*/i, '').trim()
  const cause = new Error(output.slice(-4000))
  const fail = (message: string) => new TorilError('UNAVAILABLE', message, { cause })
  if (/No space left on device|disk quota/i.test(output)) {
    return fail(`The disk of ${folder} is full. Free some space and start Toril again.`)
  }
  if (/could not bind IPv\d address/.test(output)) {
    const port = /running on port (\d+)/.exec(output)?.[1] ?? 'of its own'
    return fail(
      `Port ${port} of the embedded PostgreSQL in ${folder} is taken by another program. End that program, or start Toril again.`,
    )
  }
  if (/shared memory block .* is still in use/.test(output)) {
    return fail(
      `The embedded PostgreSQL in ${folder} cannot start yet: a session of the one before it, which was killed, is still in a long query. Wait for its end, or end that process.`,
    )
  }
  if (/incompatible with server/.test(output)) {
    return fail(
      `The database in ${folder} was made by another major version of PostgreSQL. Use the Toril that made it, or set TORIL_DATA_DIR to a new folder.`,
    )
  }
  if (/Permission denied|Read-only file system|invalid permissions|wrong ownership/i.test(output)) {
    return fail(
      `PostgreSQL may not use its files in ${folder} (${last}). Give them back to their owner with mode 0700.`,
    )
  }
  return fail(`The embedded PostgreSQL in ${folder} did not start: ${last === '' ? otherwise : last}.`)
}

/** A server that lives, is not ready, and says nothing: a file system that hangs, or a program in its way. */
export function silentStart(folder: string, logFile: string, silentMs: number): TorilError {
  return new TorilError(
    'UNAVAILABLE',
    `The embedded PostgreSQL in ${folder} took no connections and wrote nothing to ${logFile} for ${silentMs / 1000} s, so it was ended. Look at the disk and what scans it, and start Toril again.`,
  )
}
