import { createInterface } from 'node:readline'
import { CliError, exitCodes } from '../exit-codes.ts'

/** Whether a person sits there who can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

/** Asks at the terminal. Rejects with a CliError on Ctrl-C and at the end of the input. */
export function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const interrupted = new CliError(exitCodes.interrupted, 'Nothing was changed.')
  terminal.once('SIGINT', () => reject(interrupted))
  terminal.once('close', () => reject(interrupted))
  terminal.question(question, resolve)
  return promise.finally(() => terminal.close())
}
