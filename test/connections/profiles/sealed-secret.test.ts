import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProfileDraft } from '../../../electron/contract/connection-profile.ts'
import { createSafeStorageBox } from '../../../electron/main/safe-storage-box.ts'
import { createProfileStore } from '../../../electron/runner/connections/profiles/create-profile-store.ts'
import { createKeyFileBox } from '../../../electron/runner/connections/profiles/key-file-box.ts'
import type { SecretBox } from '../../../electron/runner/connections/profiles/secret-box.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'toril-sealed-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

/** As opaque as a keychain, and it binds to nothing. */
const keychain = {
  isEncryptionAvailable: () => true,
  getSelectedStorageBackend: () => 'gnome_libsecret' as const,
  encryptString: (text: string) => Buffer.from(Buffer.from(text).toString('hex')),
  decryptString: (bytes: Buffer) => Buffer.from(bytes.toString(), 'hex').toString(),
}
const boxes: Record<string, () => SecretBox | undefined> = {
  'a key file': () => createKeyFileBox(join(dataDir, 'secrets.key')),
  'a keychain': () => createSafeStorageBox(keychain, 'darwin'),
}

const planted = 'planted-Sesame-7731'
const tls = { caFile: '/ca.pem' }
const tunnel = { host: 'bastion' }
const drafts: Record<string, ProfileDraft> = {
  redis: {
    name: 'Redis',
    queue: { kind: 'redis', host: 'redis.example', tls, tunnel },
    secrets: { 'queue.password': planted, 'queue.tunnel.password': planted },
  },
  sentinel: {
    name: 'Sentinels',
    queue: { kind: 'sentinel', sentinels: [{ host: 's1', port: 26_379 }], masterName: 'main', sentinelTls: tls },
    secrets: { 'queue.password': planted, 'queue.sentinelPassword': planted },
  },
  cluster: {
    name: 'Cluster',
    queue: { kind: 'cluster', seeds: [{ host: 'c1', port: 7000 }] },
    secrets: { 'queue.password': planted },
  },
  postgres: {
    name: 'PostgreSQL',
    history: { kind: 'postgres', host: 'db.example', database: 'd', tls },
    secrets: { 'history.password': planted },
  },
}

interface StoredProfile {
  id: string
  queue: object
  history: object
}

const json = (name: string) => JSON.parse(readFileSync(join(dataDir, name), 'utf8')) as unknown

/** Changes the last profile as somebody with an editor would. */
function editByHand(part: 'queue' | 'history', change: Record<string, unknown>): void {
  const file = json('profiles.json') as { profiles: StoredProfile[] }
  const profile = file.profiles.at(-1)
  if (profile !== undefined) profile[part] = { ...profile[part], ...change }
  writeFileSync(join(dataDir, 'profiles.json'), JSON.stringify(file))
}

type SecretsFile = { version: number; profiles: Record<string, Record<string, Record<string, unknown>>> }
const secretsFile = () => json('secrets.json') as SecretsFile
const entryOf = (id: string, path: string) => secretsFile().profiles[id]?.[path]
const writeSecrets = (file: SecretsFile) => writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(file))

describe.each(Object.keys(boxes))('a password sealed with %s', (sealing) => {
  function box(): SecretBox {
    const made = boxes[sealing]?.()
    if (made === undefined) throw new Error('There is no such box.')
    return made
  }
  const open = () => createProfileStore({ dataDir, box: box() })

  test.each<[keyof typeof drafts, 'queue' | 'history', Record<string, unknown>]>([
    ['redis', 'queue', { host: 'evil.example' }],
    ['redis', 'queue', { port: 6380 }],
    ['redis', 'queue', { socket: '/tmp/evil', tls: undefined, tunnel: undefined }],
    ['redis', 'queue', { tls: undefined }],
    ['redis', 'queue', { tls: { ...tls, verify: false } }],
    ['redis', 'queue', { tls: { caFile: '/evil.pem' } }],
    ['redis', 'queue', { tls: { ...tls, serverName: 'evil.example' } }],
    ['redis', 'queue', { tunnel: { host: 'evil' } }],
    ['redis', 'queue', { tunnel: { host: 'bastion', jump: [{ host: 'evil' }] } }],
    ['sentinel', 'queue', { sentinels: [{ host: 'evil', port: 26_379 }] }],
    ['sentinel', 'queue', { masterName: 'evil' }],
    ['sentinel', 'queue', { sentinelTls: undefined }],
    ['cluster', 'queue', { seeds: [{ host: 'evil', port: 7000 }] }],
    ['cluster', 'queue', { natMap: { 'c1:7000': { host: 'evil', port: 7000 } } }],
    ['postgres', 'history', { host: 'evil.example' }],
    ['postgres', 'history', { tls: { ...tls, verify: false } }],
  ])('is not opened for a %s whose %s was led elsewhere by hand: %j', async (kind, part, change) => {
    const { id } = await (await open()).create(drafts[kind] ?? { name: kind })
    editByHand(part, change)
    const store = await open()
    expect(store.get(id)[part]).toMatchObject(JSON.parse(JSON.stringify(change)) as object)
    const sentence = /password of \w+ cannot be used\. It was entered for another server than the profile leads to now/
    expect(() => store.secretsOf(store.get(id))).toThrow(sentence)
    expect(() => store.secretsOf(store.get(id))).toThrow(expect.objectContaining({ code: 'SECRETS_LOCKED' }))
    expect(store.notices()).toMatchObject([
      { code: 'SECRETS_LOCKED', message: expect.stringMatching(/Enter it again/) },
    ])
    await expect(store.export({ ids: [id], passphrase: 'correct horse' })).rejects.toThrow(sentence)
  })

  test('is opened after a change by hand that leads nowhere else', async () => {
    const { id } = await (
      await open()
    ).create({
      name: 'Redis',
      queue: { kind: 'redis', host: 'redis.example' },
      secrets: { 'queue.password': planted },
    })
    editByHand('queue', { username: 'app', database: 3, tls })
    const store = await open()
    expect(store.secretsOf(store.get(id))).toEqual({ 'queue.password': planted })
    expect(store.notices()).toEqual([])
  })

  test('is not opened when what it is for was changed with the profile, or taken away', async () => {
    const { id } = await (await open()).create(drafts['cluster'] ?? { name: '' })
    const seeds = [{ host: 'evil', port: 7000 }]
    editByHand('queue', { seeds })
    const file = secretsFile()
    const entry = file.profiles[id]?.['queue.password']
    const forged = [{ ...entry, purpose: { destination: { seeds, tunnel: null }, protections: [null] } }, { ...entry }]
    delete forged[1]?.['purpose']
    for (const [at, wrong] of [...forged, { ...entry, purpose: 'any' }].entries()) {
      writeSecrets({ ...file, profiles: { [id]: { 'queue.password': wrong } } })
      const store = await open()
      expect([at, () => store.secretsOf(store.get(id))]).toEqual([at, expect.any(Function)])
      expect(() => store.secretsOf(store.get(id))).toThrow(/it was changed\./)
    }
  })

  test('that was sealed before this was looked at is opened once more, and bound', async () => {
    const { id } = await (await open()).create(drafts['cluster'] ?? { name: '' })
    const sealed = box().seal(planted, `${id} queue.password`)
    writeSecrets({ version: 1, profiles: { [id]: { 'queue.password': { box: box().kind, sealed } } } })
    const store = await open()
    expect(store.secretsOf(store.get(id))).toEqual({ 'queue.password': planted })
    expect(entryOf(id, 'queue.password')).toHaveProperty('purpose.destination.seeds')
    editByHand('queue', { seeds: [{ host: 'evil', port: 7000 }] })
    const again = await open()
    expect(() => again.secretsOf(again.get(id))).toThrow(/another server/)
  })

  test('that was led elsewhere by hand is led back, or entered again, and kept meanwhile', async () => {
    const { id } = await (await open()).create(drafts['cluster'] ?? { name: '' })
    editByHand('queue', { seeds: [{ host: 'c2', port: 7000 }] })
    const store = await open()
    const before = entryOf(id, 'queue.password')
    await store.update(id, { colour: 'blue' })
    expect(entryOf(id, 'queue.password')).toEqual(before)
    const to = (host: string) => ({ queue: { kind: 'cluster' as const, seeds: [{ host, port: 7000 }] } })
    await expect(store.update(id, to('c3'))).rejects.toThrow('must be given again')
    await store.update(id, to('c1'))
    expect(store.secretsOf(store.get(id))).toEqual({ 'queue.password': planted })
    await store.update(id, { ...to('c3'), secrets: { 'queue.password': 'new' } })
    expect((await open()).secretsOf(store.get(id))).toEqual({ 'queue.password': 'new' })
  })

  test('is bound to the safer way that its profile was given since', async () => {
    const store = await open()
    const queue = { kind: 'redis', host: 'redis.example' } as const
    const { id } = await store.create({ name: 'Redis', queue, secrets: { 'queue.password': planted } })
    await store.update(id, { queue: { ...queue, tls } })
    editByHand('queue', { tls: undefined })
    const again = await open()
    expect(() => again.secretsOf(again.get(id))).toThrow(/another server/)
  })
})

test('a password is opened for what was asked for, also when the profile is changed meanwhile', async () => {
  const store = await createProfileStore({ dataDir, box: createKeyFileBox(join(dataDir, 'secrets.key')) })
  const asked = await store.create(drafts['cluster'] ?? { name: '' })
  const queue = { kind: 'cluster' as const, seeds: [{ host: 'c9', port: 7000 }] }
  await store.update(asked.id, { queue, secrets: { 'queue.password': 'for the other one' } })
  expect(() => store.secretsOf(asked)).toThrow(/another server/)
})

test('a profile that cannot be written leaves its passwords as they were', async () => {
  const store = await createProfileStore({ dataDir, box: createKeyFileBox(join(dataDir, 'secrets.key')) })
  const { id } = await store.create(drafts['cluster'] ?? { name: '' })
  const before = secretsFile()
  const file = await store.export({ ids: [id], passphrase: 'correct horse' })
  // No file replaces a folder.
  rmSync(join(dataDir, 'profiles.json'))
  mkdirSync(join(dataDir, 'profiles.json'))
  const secrets = { 'queue.password': 'new' }
  const changes = [
    () => store.update(id, { secrets }),
    () => store.create({ name: 'New', queue: { kind: 'redis' }, secrets }),
    () => store.import(file, 'correct horse'),
  ]
  for (const change of changes) {
    await expect(change()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(secretsFile()).toEqual(before)
  }
  expect(store.secretsOf(store.get(id))).toEqual({ 'queue.password': planted })
})
