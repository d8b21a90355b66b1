import { InvalidArgumentError, Option, type Command } from 'commander'
import type { ConnectionProfile } from '../../contract/connection-profile.ts'
import { milliseconds } from '../../contract/job-filter.ts'
import type { Changes } from '../../contract/profile-api.ts'
import type { TorilClient } from '../client/create-client.ts'
import { clock } from '../output/format.ts'
import { print, printJson } from '../output/print.ts'
import { confirmed } from './confirmed.ts'

export interface ChangesFlags {
  for: number
  end?: boolean
  confirm?: string
}

/** Minutes of a text such as `15m`. */
function minutes(text: string): number {
  const ms = Number(milliseconds(text) ?? 0)
  if (ms > 0 && ms <= 3_600_000) return ms / 60_000
  throw new InvalidArgumentError('It must be a duration of at most one hour, such as 15m.')
}

/** Adds the options of `toril profiles changes`. */
export function withChanges(command: Command): Command {
  return command
    .option('--for <time>', 'for how long, at most 1h', minutes, 15)
    .addOption(new Option('--end', 'allow none from now on').conflicts('for'))
    .option('--confirm <name>', 'the name of the profile; asked for at a terminal')
}

/** Allows changes through a read-only profile for a time, or ends that. */
export async function profileChanges(
  client: TorilClient,
  { id, name }: ConnectionProfile,
  flags: ChangesFlags,
  asJson: boolean,
): Promise<void> {
  const changes =
    flags.end === true
      ? await client.profiles.endChanges({ id })
      : await confirmed(flags.confirm, ({ confirm = '' }) =>
          client.profiles.allowChanges({ id, name: confirm, minutes: flags.for }),
        )
  if (asJson) printJson(changes)
  else print(text(name, changes))
}

function text(name: string, { readOnly, allowedUntil }: Changes): string {
  if (!readOnly) return `${name} is not read-only: changes are allowed.`
  if (allowedUntil === undefined) return `${name} is read-only.`
  return `Changes of ${name} are allowed until ${clock(allowedUntil)}.`
}
