import { createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeHostKey, knownKeysOf, rememberHostKey } from '../../../electron/runner/connections/tunnel/known-hosts.ts'

function keyOf(type: string, content: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(type.length)
  return Buffer.concat([length, Buffer.from(type), Buffer.from(content)])
}

const mine = keyOf('ssh-ed25519', 'mine')
const other = keyOf('ssh-ed25519', 'other')
const rsa = keyOf('ssh-rsa', 'mine too')

const line = (names: string, key: Buffer): string =>
  `${names} ${key.subarray(4, 4 + key.readUInt32BE(0)).toString()} ${key.toString('base64')} a comment`

function hashed(name: string): string {
  const salt = Buffer.from('twenty bytes of salt')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'toril-known-hosts-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function verdict(lines: string[], name: string, key: Buffer) {
  const file = join(folder, 'known_hosts')
  await writeFile(file, lines.join('\n'))
  const result = judgeHostKey(await knownKeysOf(name, [join(folder, 'missing'), file]), key)
  return 'at' in result ? `${result.kind} at line ${result.at.line}` : result.kind
}

describe('known_hosts', () => {
  it('knows a host by name, by list and pattern, by name and port, and by the hash of its name', async () => {
    const lines = [
      '# comment',
      '',
      line('one,two,*.example,!bad.example', mine),
      line('[three]:2222', mine),
      line(hashed('[four]:22022'), mine),
    ]
    expect(await verdict(lines, 'two', mine)).toBe('known')
    expect(await verdict(lines, 'a.example', mine)).toBe('known')
    expect(await verdict(lines, 'bad.example', mine)).toBe('unknown')
    expect(await verdict(lines, '[three]:2222', mine)).toBe('known')
    expect(await verdict(lines, 'three', mine)).toBe('unknown')
    expect(await verdict(lines, '[four]:22022', mine)).toBe('known')
    expect(await verdict(lines, '[four]:22023', mine)).toBe('unknown')
  })

  it('refuses another key, also one of another kind, and says where the known one is', async () => {
    expect(await verdict([line('host', rsa), line('host', other)], 'host', mine)).toBe('changed at line 2')
    expect(await verdict([line('host', rsa)], 'host', mine)).toBe('changed at line 1')
    expect(await verdict([line('host', other), line('host', mine)], 'host', mine)).toBe('known')
  })

  it('refuses a revoked key, even when it is known elsewhere', async () => {
    expect(await verdict([line('host', mine), `@revoked ${line('*', mine)}`], 'host', mine)).toBe('revoked at line 2')
    expect(await verdict([`@revoked ${line('*', other)}`], 'host', mine)).toBe('unknown')
  })

  it('takes a certificate authority for no key', async () => {
    expect(await verdict([`@cert-authority ${line('*', mine)}`], 'host', mine)).toBe('unknown')
  })

  it.skipIf(process.platform === 'win32')('makes that file for its owner alone', async () => {
    const file = join(folder, 'private', 'known_hosts')
    await rememberHostKey(file, '[host]:2222', mine)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('remembers a key in a new file, or below what is there', async () => {
    const file = join(folder, 'new', 'known_hosts')
    await rememberHostKey(file, '[host]:2222', mine)
    await writeFile(file, line('first', other))
    await rememberHostKey(file, 'host', rsa)
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3)
    expect(judgeHostKey(await knownKeysOf('host', [file]), rsa).kind).toBe('known')
  })
})
