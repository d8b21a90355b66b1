import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Json } from '../../contract/json.ts'
import { CliError, exitCodes } from '../exit-codes.ts'

/** The input of a job: JSON as it is, `@file`, or `-` for standard input. Left out it is `{}`. */
export async function readInput(argument: string | undefined): Promise<Json> {
  if (argument === undefined) return {}
  const source = argument === '-' ? 'standard input' : argument.startsWith('@') ? argument.slice(1) : 'the input'
  const content =
    argument === '-' ? await text(process.stdin) : argument.startsWith('@') ? readFile(argument.slice(1)) : argument
  try {
    return JSON.parse(content) as Json
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    throw new CliError(exitCodes.usage, `What ${source} holds is not valid JSON: ${reason}.`)
  }
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : ''
    throw new CliError(exitCodes.usage, `The input file ${file} cannot be read (${reason}).`)
  }
}
