import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CliError, exitCodes } from '../exit-codes.ts'

/** The value of an environment variable: unlike the command line, other users cannot list it. */
export function fromEnvironment(name: string): string {
  const value = process.env[name]
  if (value !== undefined && value !== '') return value
  // Whoever gives the password itself instead of the name must not find it in a log.
  const named = /^[A-Z_][A-Z0-9_]*$/.test(name) ? `The environment variable ${name}` : 'An environment variable'
  const hint = named.endsWith(name) ? '' : ' Give its name, not the password.'
  throw new CliError(exitCodes.usage, `${named} is not set.${hint}`)
}

/** Asks at the terminal without showing what is typed. */
function askHidden(question: string): Promise<string> {
  process.stderr.write(`${question}: `)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const interrupted = new CliError(exitCodes.interrupted, 'Nothing was changed.')
  terminal.once('SIGINT', () => reject(interrupted))
  terminal.once('line', resolve)
  // The end of the input before a line.
  terminal.once('close', () => reject(interrupted))
  return promise.finally(() => {
    terminal.close()
    process.stderr.write('\n')
  })
}

async function linesOfInput(): Promise<string[]> {
  const lines: string[] = []
  for await (const line of createInterface({ input: process.stdin })) lines.push(line)
  return lines
}

/**
 * Reads as many secrets as there are questions: at a terminal each without echo, else one line of standard input
 * each. Throws a CliError when one is missing or empty.
 */
export async function readSecrets(questions: readonly string[]): Promise<string[]> {
  const answers: string[] = []
  if (process.stdin.isTTY) for (const question of questions) answers.push(await askHidden(question))
  else if (questions.length > 0) answers.push(...(await linesOfInput()).slice(0, questions.length))
  for (const [index, question] of questions.entries()) {
    if ((answers[index] ?? '') === '') throw new CliError(exitCodes.usage, `${question}: nothing was entered.`)
  }
  return answers
}
