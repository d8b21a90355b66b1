import { glob, readFile } from 'node:fs/promises'
import { homedir, userInfo } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { TorilError } from '../../../contract/errors.ts'

/** What the SSH config says about one host; of keys that may stand once, the first value counts. */
export interface SshHost {
  hostName: string
  port?: number
  user?: string
  /** Absolute paths, in their order. */
  identityFiles: string[]
  identitiesOnly: boolean
  /** A socket, or `none`. */
  identityAgent?: string
  /** Empty without one. */
  proxyJump: string[]
  hostKeyAlias?: string
  /** Absolute paths; undefined leaves it at the usual ones. */
  userKnownHostsFiles?: string[]
}

type Entry =
  | { kind: 'option'; key: string; values: string[]; place: string }
  | { kind: 'host'; values: string[] }
  | { kind: 'match'; values: string[] }
  | { kind: 'include'; entries: Entry[] }

/** OpenSSH's own limit (readconf.c). */
const deepestInclude = 16

const home = (): string => join(homedir(), '.ssh')

function words(text: string): string[] {
  const found: string[] = []
  for (const match of text.matchAll(/"([^"]*)"|(\S+)/g)) {
    const word = match[1] ?? match[2] ?? ''
    if (match[1] === undefined && word.startsWith('#')) break
    found.push(word)
  }
  return found
}

async function readEntries(file: string, base: string, depth: number): Promise<Entry[]> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return ''
    const sentence = `The SSH config ${file} cannot be read (${error.message}). Correct its rights, or switch the SSH config off in the tunnel.`
    throw new TorilError('UNAVAILABLE', sentence, { cause: error })
  })
  const entries: Entry[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // Key and values are parted by blanks, or by one equals sign.
    const [, name, rest = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? []
    if (name === undefined) continue
    const key = name.toLowerCase()
    const values = words(rest)
    if (key === 'host' || key === 'match') entries.push({ kind: key, values })
    else if (key === 'include') entries.push(...(await included(values, base, depth)))
    else entries.push({ kind: 'option', key, values, place: `${file}, line ${index + 1}` })
  }
  return entries
}

async function included(patterns: string[], base: string, depth: number): Promise<Entry[]> {
  if (depth >= deepestInclude) return []
  const entries: Entry[] = []
  for (const pattern of patterns) {
    const path = pattern.replace(/^~(?=[/\\])/, () => homedir())
    const absolute = isAbsolute(path) ? path : join(base, path)
    const files: string[] = []
    for await (const file of glob(absolute)) files.push(file)
    // Each file has a Host line of its own in force, which ends with it.
    for (const file of files.sort()) {
      entries.push({ kind: 'include', entries: await readEntries(file, base, depth + 1) })
    }
  }
  return entries
}

/** One pattern of Host or known_hosts: `*` and `?` stand for any characters and for one. */
export function matchesPattern(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'i').test(name)
}

/** Whether one of the patterns fits and none with `!` before it does. */
export function matchesList(name: string, patterns: string[]): boolean {
  if (patterns.some((each) => each.startsWith('!') && matchesPattern(name, each.slice(1)))) return false
  return patterns.some((each) => !each.startsWith('!') && matchesPattern(name, each))
}

type Found = Map<string, { values: string[]; place: string }>

/** Match with anything but `all`, `host` and `originalhost` never fits: what it asks is not known here. */
function fits(criteria: string[], host: string, found: Found): boolean {
  for (let at = 0; at < criteria.length; at += 2) {
    const word = criteria[at]?.toLowerCase()
    if (word === 'all') return true
    const name = word === 'host' ? (found.get('hostname')?.values[0]?.replaceAll('%h', host) ?? host) : host
    if (word !== 'host' && word !== 'originalhost') return false
    if (!matchesList(name, (criteria[at + 1] ?? '').split(','))) return false
  }
  return criteria.length > 0
}

function collect(entries: Entry[], host: string, outer: boolean, found: Found, identities: string[]): void {
  let active = outer
  for (const entry of entries) {
    if (entry.kind === 'host') active = outer && matchesList(host, entry.values)
    else if (entry.kind === 'match') active = outer && fits(entry.values, host, found)
    else if (entry.kind === 'include') collect(entry.entries, host, active, found, identities)
    else if (active && entry.key === 'identityfile') identities.push(entry.values[0] ?? '')
    else if (active && !found.has(entry.key)) found.set(entry.key, entry)
  }
}

function refuse(host: string, what: string, place: string, advice: string): never {
  throw new TorilError('UNAVAILABLE', `The SSH config (${place}) ${what} for ${host}. ${advice}`)
}

/** The config of this user, then that of the machine; `file` replaces both, as `ssh -F` does. */
export async function readSshConfig(file?: string): Promise<(host: string) => SshHost> {
  const machine =
    process.platform === 'win32' ? join(process.env['ProgramData'] ?? 'C:\\ProgramData', 'ssh') : '/etc/ssh'
  const entries =
    file === undefined
      ? [
          ...(await readEntries(join(home(), 'config'), home(), 0)),
          { kind: 'match' as const, values: ['all'] },
          ...(await readEntries(join(machine, 'ssh_config'), machine, 0)),
        ]
      : await readEntries(file, home(), 0)
  return (host) => settingsOf(entries, host)
}

function settingsOf(entries: Entry[], host: string): SshHost {
  const found: Found = new Map()
  const identities: string[] = []
  collect(entries, host, true, found, identities)
  const one = (key: string): string | undefined => found.get(key)?.values[0]
  const command = found.get('proxycommand')
  if (command !== undefined && command.values[0]?.toLowerCase() !== 'none' && !found.has('proxyjump')) {
    refuse(host, 'asks for a ProxyCommand', command.place, 'Toril knows ProxyJump only: use that.')
  }
  const hostName = (one('hostname') ?? host).replace(/%([hn%])/g, (_, sign: string) => (sign === '%' ? '%' : host))
  const portText = one('port')
  const port = Number(portText)
  if (portText !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    refuse(
      host,
      `has the port ${portText}`,
      found.get('port')?.place ?? '',
      'Correct it: a port is a number from 1 to 65535.',
    )
  }
  const user = one('user')
  const tokens: Record<string, string> = {
    ...{ '%': '%', d: homedir(), h: hostName, n: host, p: portText ?? '22', u: userInfo().username },
    r: user ?? userInfo().username,
  }
  const path = (text: string): string => {
    const filled = text
      .replace(/\$\{(\w+)\}/g, (_, name: string) => process.env[name] ?? '')
      .replace(/%(.)/g, (whole, sign: string) => tokens[sign] ?? whole)
      .replace(/^~(?=$|[/\\])/, () => homedir())
    return isAbsolute(filled) ? filled : join(home(), filled)
  }
  const agent = one('identityagent')
  const jump = one('proxyjump')
  const alias = one('hostkeyalias')
  const known = found.get('userknownhostsfile')?.values.filter((each) => each.toLowerCase() !== 'none')
  return {
    hostName,
    ...(portText === undefined ? {} : { port }),
    ...(user === undefined ? {} : { user }),
    identityFiles: identities.filter((each) => each.toLowerCase() !== 'none').map(path),
    identitiesOnly: one('identitiesonly')?.toLowerCase() === 'yes',
    // `SSH_AUTH_SOCK` names the usual one.
    ...(agent === undefined || agent === 'SSH_AUTH_SOCK'
      ? {}
      : { identityAgent: agent === 'none' ? agent : path(agent.replace(/^\$(\w+)$/, '${$1}')) }),
    proxyJump: jump === undefined || jump.toLowerCase() === 'none' ? [] : jump.split(',').filter((each) => each !== ''),
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    ...(known === undefined ? {} : { userKnownHostsFiles: known.map(path) }),
  }
}
