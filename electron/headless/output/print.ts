/** Writes to standard output: text for people, or one JSON value for scripts. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}

/** Notes beside the result go to standard error, so that a pipe gets the result alone. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}
