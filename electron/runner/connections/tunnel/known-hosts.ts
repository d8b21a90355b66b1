import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { matchesList } from './ssh-config.ts'

/** A line of a known_hosts file about one host. */
export interface KnownKey {
  key: Buffer
  keyType: string
  revoked: boolean
  file: string
  line: number
}

/** What the files say about a key that a server shows. */
export type HostKeyVerdict =
  | { kind: 'known' }
  | { kind: 'unknown' }
  /** Another key is known for that host; `at` is its line. */
  | { kind: 'changed'; at: KnownKey }
  | { kind: 'revoked'; at: KnownKey }

/** As OpenSSH shows it, without padding. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The kind of a key stands at its start, behind its length (RFC 4253, 6.6). */
export function keyTypeOf(key: Buffer): string {
  return key.length < 4 ? '' : key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')
}

/** `|1|salt|hash`: HMAC-SHA1 of the name (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
function matchesHash(name: string, field: string): boolean {
  const [, , salt, hash] = field.split('|')
  const wanted = Buffer.from(hash ?? '', 'base64')
  const given = createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
    .update(name)
    .digest()
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

function parseLine(text: string, file: string, line: number, name: string): KnownKey | undefined {
  const fields = text.trim().split(/\s+/)
  const marker = fields[0]?.startsWith('@') === true ? fields.shift() : undefined
  const [names, keyType, base64] = fields
  // A certificate authority signs host certificates, which ssh2 does not take: such a line says nothing here.
  if (names === undefined || keyType === undefined || base64 === undefined || marker === '@cert-authority')
    return undefined
  const fits = names.startsWith('|1|') ? matchesHash(name, names) : matchesList(name, names.split(','))
  if (!fits) return undefined
  return { key: Buffer.from(base64, 'base64'), keyType, revoked: marker === '@revoked', file, line }
}

/** All keys that the files have for `name`, which is `host` or `[host]:port` in lower case. A missing file has none. */
export async function knownKeysOf(name: string, files: string[]): Promise<KnownKey[]> {
  const found: KnownKey[] = []
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EACCES') return ''
      throw error
    })
    for (const [index, line] of text.split(/\r?\n/).entries()) {
      if (line.trim() === '' || line.trimStart().startsWith('#')) continue
      const known = parseLine(line, file, index + 1, name)
      if (known !== undefined) found.push(known)
    }
  }
  return found
}

/**
 * A server with a known key that shows one of another kind is no newcomer: the kinds that are known were
 * asked for first.
 */
export function judgeHostKey(known: KnownKey[], key: Buffer): HostKeyVerdict {
  const revoked = known.find((each) => each.revoked && each.key.equals(key))
  if (revoked !== undefined) return { kind: 'revoked', at: revoked }
  const valid = known.filter((each) => !each.revoked)
  if (valid.some((each) => each.key.equals(key))) return { kind: 'known' }
  const other = valid.find((each) => each.keyType === keyTypeOf(key)) ?? valid[0]
  return other === undefined ? { kind: 'unknown' } : { kind: 'changed', at: other }
}

/** Adds a line; the file is made with mode 0600. */
export async function rememberHostKey(file: string, name: string, key: Buffer): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const before = await readFile(file, 'utf8').catch(() => '')
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  await appendFile(file, `${gap}${name} ${keyTypeOf(key)} ${key.toString('base64')}\n`, { mode: 0o600 })
}
