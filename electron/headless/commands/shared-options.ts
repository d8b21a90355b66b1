import { InvalidArgumentError, Option, type Command } from 'commander'
import { createClient, type TorilClient } from '../client/create-client.ts'
import { findRunner } from '../client/find-runner.ts'

/** Adds `--json`, which every command takes. */
export function withJson(command: Command): Command {
  return command.addOption(new Option('--json', 'print JSON, for scripts'))
}

export interface JsonFlag {
  json?: boolean
}

/** A client of the running Toril. Throws a CliError when none runs. */
export function openClient(): TorilClient {
  return createClient(findRunner(process.env))
}

export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (text.trim() !== '' && Number.isInteger(value) && value >= minimum && value <= maximum) return value
    const range = maximum === Number.MAX_SAFE_INTEGER ? `${minimum} or more` : `from ${minimum} to ${maximum}`
    throw new InvalidArgumentError(`It must be a whole number, ${range}.`)
  }
}

/** Collects an option that may be given several times. */
export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value]
}
