import { secretPaths, type SecretChanges, type SecretPath } from '../../contract/connection-profile.ts'
import { parseConnectionUrl, type ParsedConnection } from '../../contract/connection-url.ts'
import { TorilError } from '../../contract/errors.ts'
import type { Json } from '../../contract/json.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { parseAssignments } from './assignments.ts'
import { fromEnvironment, readSecrets } from './secret-input.ts'

export interface ProfileFlags {
  url?: string
  historyUrl?: string
  password?: boolean
  passwordEnv?: string
  historyPasswordEnv?: string
  secret?: string[]
  secretEnv?: string[]
  forget?: string[]
}

type Fields = Record<string, Json>

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const openly =
  'Other users of this computer can see the command line. Give passwords at the prompt (--password, --secret), or by ' +
  'the name of an environment variable (--password-env, --secret-env).'

const withoutEquals =
  'What follows the name of the profile must be of the form field=value, and one of it has no =. An address is given ' +
  'with --url. Passwords are never given on the command line: --password and --secret ask for them.'

function partOf(url: string, option: string): ParsedConnection {
  try {
    return parseConnectionUrl(url)
  } catch (error) {
    const why = error instanceof TorilError ? error.issues?.[0]?.message : undefined
    throw new CliError(exitCodes.usage, `${option} ${why ?? 'is no URL'}.`)
  }
}

/** The parts that `--url` and `--history-url` describe. */
function urlFields({ url, historyUrl }: ProfileFlags): Fields {
  const fields: Fields = {}
  for (const [text, option] of [
    [url, '--url'],
    [historyUrl, '--history-url'],
  ] as const) {
    if (text === undefined) continue
    const { secrets, ...part } = partOf(text, option)
    if (Object.keys(secrets).length > 0) throw new CliError(exitCodes.usage, `${option} holds a password. ${openly}`)
    const wrong = option === '--url' ? !('queue' in part) : !('history' in part)
    if (wrong) {
      const other = option === '--url' ? '--history-url' : '--url'
      throw new CliError(exitCodes.usage, `${option} does not take this kind of address. Use ${other}.`)
    }
    Object.assign(fields, part as Fields)
  }
  return fields
}

/** Lists of servers, and the port of one that names none. */
const serverLists = { seeds: 6379, sentinels: 26_379 } as const

/** `host:port,host:port`, which is so much shorter than JSON. */
function serversIn(text: string, name: keyof typeof serverLists): Json {
  try {
    return text.split(',').map((each) => {
      const given = parseConnectionUrl(each, serverLists[name])
      if (each.includes('/') || !('queue' in given)) throw new TypeError('no plain address')
      return { host: given.queue.host, port: given.queue.port }
    })
  } catch {
    const message = `queue.${name} takes servers as host:port with commas between them, or as JSON.`
    throw new CliError(exitCodes.usage, message)
  }
}

/** The same, with lists of servers that are written as text taken apart. */
function withServers(named: Fields): Fields {
  const { queue } = named
  if (!isObject(queue)) return named
  const lists: Fields = {}
  for (const name of ['seeds', 'sentinels'] as const) {
    const text = queue[name]
    if (typeof text === 'string') lists[name] = serversIn(text, name)
  }
  return { ...named, queue: { ...queue, ...lists } }
}

/** Lays `over` over `base` key by key; null takes a key away. A part of another kind is begun anew. */
function lay(base: Json | undefined, over: Json): Json {
  if (!isObject(over)) return over
  const fresh = !isObject(base) || (over['kind'] !== undefined && over['kind'] !== base['kind'])
  const result: Fields = fresh ? {} : { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete result[key]
    else result[key] = lay(result[key], value)
  }
  return result
}

/** What the assignments and URLs change. `before` is the profile as it is: its parts are only changed where named. */
export function changedFields(assignments: readonly string[], flags: ProfileFlags, before: Fields = {}): Fields {
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    // It may be a password, or a URL with one: it is not repeated.
    if (at < 1) throw new CliError(exitCodes.usage, withoutEquals)
    const name = assignment.slice(0, at)
    if (name.startsWith('secrets') || secretPaths.some((path) => path === name)) {
      throw new CliError(exitCodes.usage, openly)
    }
  }
  const named = withServers(parseAssignments(assignments))
  const parts = urlFields(flags)
  const fields: Fields = {}
  for (const [name, value] of Object.entries({ ...parts, ...named })) {
    const base = parts[name] ?? before[name]
    fields[name] = isObject(value) ? lay(base, value) : value
  }
  return fields
}

function pathOf(text: string): SecretPath {
  const path = secretPaths.find((known) => known === text)
  if (path !== undefined) return path
  // What is given instead of a path may be the password.
  const named = /^(queue|history)\.[\w.]+$/.test(text) ? `There is no password ${text}.` : 'That is no password.'
  throw new CliError(exitCodes.usage, `${named} There are: ${secretPaths.join(', ')}.`)
}

/** The secrets that the options name, read from where they say. */
export async function secretChanges(flags: ProfileFlags): Promise<SecretChanges> {
  const changes: SecretChanges = {}
  for (const text of flags.forget ?? []) changes[pathOf(text)] = null
  if (flags.passwordEnv !== undefined) changes['queue.password'] = fromEnvironment(flags.passwordEnv)
  if (flags.historyPasswordEnv !== undefined) changes['history.password'] = fromEnvironment(flags.historyPasswordEnv)
  for (const text of flags.secretEnv ?? []) {
    const [path = '', name = ''] = text.split('=')
    if (name === '') {
      throw new CliError(exitCodes.usage, '--secret-env takes the form queue.password=NAME_OF_VARIABLE.')
    }
    changes[pathOf(path)] = fromEnvironment(name)
  }
  const asked = [...(flags.password === true ? ['queue.password'] : []), ...(flags.secret ?? [])].map(pathOf)
  const answers = await readSecrets(asked)
  for (const [index, path] of asked.entries()) changes[path] = answers[index] ?? null
  return changes
}
