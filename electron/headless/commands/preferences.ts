import type { Command } from 'commander'
import type { PreferencesPatch } from '../../contract/preferences.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { print, printJson } from '../output/print.ts'
import { pairs } from '../output/table.ts'
import { parseAssignments } from './assignments.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

export function addPreferences(program: Command): void {
  const preferences = withJson(program.command('preferences'))
    .description('show or change the settings of pool, queue and panel')
    .action((flags: JsonFlag) => show(undefined, flags))
  withJson(preferences.command('get'))
    .description('show all, one part or one field')
    .argument('[field]', 'e.g. pool or pool.maxThreads')
    .action(show)
  withJson(preferences.command('set'))
    .description('change fields; they apply live, and no job is interrupted')
    .argument('<field=value...>', 'e.g. pool.maxThreads=8')
    .action(async (assignments: string[], flags: JsonFlag) => {
      // The runner checks every field and names the one that is wrong.
      const patch = parseAssignments(assignments) as PreferencesPatch
      const updated = await openClient().preferences.update(patch)
      if (wantsJson(flags)) return printJson(updated)
      const shown = assignments.map((assignment) => assignment.slice(0, assignment.indexOf('=')))
      print(pairs(shown.flatMap((field) => leaves(at(updated, field) ?? null, field))))
    })
}

async function show(field: string | undefined, flags: JsonFlag): Promise<void> {
  const all = await openClient().preferences.get()
  const value = field === undefined ? all : at(all, field)
  if (value === undefined) throw new CliError(exitCodes.usage, `There is no preference ${field ?? ''}.`)
  if (wantsJson(flags)) printJson(value)
  else if (typeof value === 'object' && value !== null) print(pairs(leaves(value, field ?? '')))
  else print(typeof value === 'string' ? value : JSON.stringify(value))
}

/** `--json` before or after the word `get`: commander gives it to the command it stands behind. */
function wantsJson({ json }: JsonFlag): boolean {
  return json === true || process.argv.includes('--json')
}

function at(value: unknown, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
      value,
    )
}

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}
