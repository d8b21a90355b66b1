/** @param {number} since from `Date.now()` */
export function elapsed(since) {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`
}

/**
 * One line for the person who waits. On stderr, so that what a command prints stays usable in a pipe.
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`toril: ${text}\n`)
}

/** A failure that one sentence explains; its stack helps nobody. */
export class SetupError extends Error {}

/**
 * Runs a script's main function: its answer is the exit code, a SetupError one sentence and exit code 1.
 * @param {() => Promise<number | void>} main
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}
