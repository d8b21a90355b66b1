import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProfileDraft } from '../../../electron/contract/connection-profile.ts'
import { createKeyFileBox } from '../../../electron/runner/connections/profiles/key-file-box.ts'
import {
  createProfileStore,
  type ProfileStoreOptions,
} from '../../../electron/runner/connections/profiles/create-profile-store.ts'
import type { SecretBox } from '../../../electron/runner/connections/profiles/secret-box.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'toril-profiles-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const open = (more: Partial<ProfileStoreOptions> = {}) =>
  createProfileStore({ dataDir, box: createKeyFileBox(join(dataDir, 'secrets.key')), ...more })

const read = (name: string) => readFileSync(join(dataDir, name), 'utf8')
const write = (name: string, text: string) => writeFileSync(join(dataDir, name), text)

const planted = 'planted-Sesame-7731'
const remote: ProfileDraft = {
  name: 'Production EU',
  folder: 'Team/EU',
  environment: 'production',
  queue: { kind: 'redis', host: 'redis.example', username: 'app', tls: {} },
  secrets: { 'queue.password': planted },
}
const invalid = (path: string[], message: RegExp) =>
  expect.objectContaining({
    code: 'INVALID_PROFILE',
    issues: [{ path, message: expect.stringMatching(message) as string }],
  }) as Error

describe('the stored profiles', () => {
  test('begin with this computer, and leave no file until something is changed', async () => {
    const store = await open()
    expect(store.list()).toMatchObject({
      profiles: [{ id: 'this-computer', name: 'This computer', queue: { kind: 'embedded' }, secretsSet: [] }],
      currentId: 'this-computer',
      fixedByEnvironment: false,
    })
    expect([store.notices(), readdirSync(dataDir)]).toEqual([[], []])
  })

  test('are kept, with their secrets sealed', async () => {
    const store = await open()
    const created = await store.create(remote)
    expect(created).toMatchObject({
      name: 'Production EU',
      folder: 'Team/EU',
      colour: 'crimson',
      environment: 'production',
      readOnly: true,
      queue: { host: 'redis.example', port: 6379, tls: { verify: true } },
      secretsSet: ['queue.password'],
    })
    const again = await open()
    expect(again.list()).toEqual(store.list())
    expect(again.secretsOf(created)).toEqual({ 'queue.password': planted })
    expect(again.secretsOf(created, 'history')).toEqual({})
    for (const name of ['profiles.json', 'secrets.json', 'secrets.key']) {
      expect(read(name)).not.toContain(planted)
    }
    expect(JSON.stringify(again.list())).not.toContain(planted)
  })

  test.skipIf(process.platform === 'win32')('are kept in files for their owner alone', async () => {
    await (await open()).create(remote)
    for (const name of ['profiles.json', 'secrets.json', 'secrets.key']) {
      expect(statSync(join(dataDir, name)).mode & 0o777).toBe(0o600)
    }
  })

  test('change field by field; what is not named stays', async () => {
    const store = await open()
    const { id } = await store.create(remote)
    expect(await store.update(id, { colour: 'teal', folder: null })).toMatchObject({
      name: 'Production EU',
      colour: 'teal',
    })
    expect(store.get(id)).not.toHaveProperty('folder')
    expect(store.secretsOf(store.get(id))).toEqual({ 'queue.password': planted })
    await store.update(id, { secrets: { 'queue.password': 'another' } })
    expect(store.secretsOf(store.get(id))).toEqual({ 'queue.password': 'another' })
    expect((await store.update(id, { secrets: { 'queue.password': null } })).secretsSet).toEqual([])
    expect((await open()).get(id)).toEqual(store.get(id))
  })

  test('forget a secret that nothing asks for any more', async () => {
    const store = await open()
    const { id } = await store.create(remote)
    expect((await store.update(id, { queue: { kind: 'embedded' } })).secretsSet).toEqual([])
    expect(read('secrets.json')).not.toContain(id)
  })

  test('refuse what does not fit, name the field, and change nothing', async () => {
    const store = await open()
    const { id } = await store.create(remote)
    const before = [read('profiles.json'), read('secrets.json')]
    await expect(store.create({ name: 'production eu' })).rejects.toThrow(invalid(['name'], /another profile/))
    await expect(store.update(id, { name: 'This Computer' })).rejects.toThrow(invalid(['name'], /another profile/))
    await expect(store.update(id, { queue: { kind: 'postgres' } })).rejects.toThrow(
      invalid(['queue', 'kind'], /history/),
    )
    await expect(store.update(id, { secrets: { 'history.password': 'x' } })).rejects.toThrow(
      invalid(['secrets', 'history.password'], /nothing that asks/),
    )
    await expect(store.update('none', {})).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
    await expect(store.remove('none')).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
    expect([read('profiles.json'), read('secrets.json')]).toEqual(before)
  })

  test('are removed with their secrets, but not the one in use', async () => {
    const store = await open()
    const { id } = await store.create(remote)
    await store.setCurrent(id)
    await expect(store.remove(id)).rejects.toMatchObject({ code: 'PROFILE_IN_USE' })
    expect((await open()).current().id).toBe(id)
    await store.setCurrent('this-computer')
    await store.remove(id)
    expect(store.list().profiles).toHaveLength(1)
    expect(read('secrets.json')).not.toContain(id)
  })

  test('keep every one of many changes that come at once', async () => {
    const store = await open()
    const names = Array.from({ length: 20 }, (_, index) => `Profile ${index}`)
    await Promise.all(names.map((name) => store.create({ ...remote, name })))
    const stored = (await open()).list().profiles
    expect(stored.map(({ name }) => name)).toEqual(['This computer', ...names])
    expect(stored.slice(1).every(({ secretsSet }) => secretsSet.length === 1)).toBe(true)
  })

  test('tell who listens', async () => {
    const store = await open()
    let told = 0
    const stop = store.onChange(() => (told += 1))
    const { id } = await store.create(remote)
    await store.update(id, { colour: 'blue' })
    await expect(store.update(id, { name: '' })).rejects.toThrow('name')
    stop()
    await store.remove(id)
    expect(told).toBe(2)
  })
})

describe('TORIL_PROFILE', () => {
  test('chooses a stored profile by name or id, and then no other can be chosen', async () => {
    const { id } = await (await open()).create(remote)
    for (const chosen of [id, 'production EU']) {
      const store = await open({ chosen })
      expect(store.list()).toMatchObject({ currentId: id, fixedByEnvironment: true })
      await expect(store.setCurrent('this-computer')).rejects.toMatchObject({ code: 'SET_BY_ENVIRONMENT' })
      await expect(store.remove(id)).rejects.toMatchObject({ code: 'PROFILE_IN_USE' })
      await expect(store.remove('this-computer')).rejects.toMatchObject({ code: 'PROFILE_IN_USE' })
    }
    await expect(open({ chosen: 'Nowhere' })).rejects.toThrow(
      /TORIL_PROFILE names no profile: Nowhere\. There are: This computer, Production EU\./,
    )
  })

  test.each([
    [`"{\\"secrets\\": {\\"queue.password\\": \\"${planted}\\"}}"`, /it is in quotes/],
    [`'{"secrets": {"queue.password": "${planted}"}}'`, /it is in quotes/],
    [`[{"secrets": {"queue.password": "${planted}"}}]`, /it looks like a JSON array/],
    [`redis://app:${planted}@redis.example`, /it looks like a URL\. Set REDIS_URL/],
    [`app:${planted}@redis.example`, /it looks like no name/],
    [`queue.password=${planted}`, /it looks like no name/],
    [`Profile ${planted.repeat(9)}`, /it looks like no name/],
  ])('that is neither is not repeated, for it may hold a password: %s', async (chosen, why) => {
    await expect(open({ chosen })).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
    await expect(open({ chosen })).rejects.toThrow(why)
    await expect(open({ chosen })).rejects.not.toThrow(planted)
  })

  test('may be a name that looks like none', async () => {
    const { id } = await (await open()).create({ ...remote, name: '"EU": redis://x' })
    expect((await open({ chosen: '"EU": redis://x' })).current().id).toBe(id)
  })

  test('can be a profile of its own, which is listed and not stored', async () => {
    const { settings, secrets } = {
      settings: (await open()).current(),
      secrets: { 'queue.password': planted } as const,
    }
    const { id: _id, secretsSet: _set, createdAt: _at, updatedAt: _to, ...own } = settings
    const store = await open({ chosen: { settings: { ...own, name: 'Given' }, secrets } })
    expect(store.current()).toMatchObject({ id: 'environment', name: 'Given', secretsSet: ['queue.password'] })
    expect(store.secretsOf(store.current(), 'queue')).toEqual(secrets)
    await expect(store.update('environment', { colour: 'blue' })).rejects.toMatchObject({ code: 'SET_BY_ENVIRONMENT' })
    await expect(store.export({ ids: ['environment'] })).rejects.toMatchObject({ code: 'SET_BY_ENVIRONMENT' })
    await store.create(remote)
    expect(readdirSync(dataDir).map(read).join('')).not.toMatch(/Given/)
  })
})

describe('damage', () => {
  test.each(['', '{', '[]', 'null', '{"version":2,"current":"x","profiles":[]}'])(
    'of the whole file of profiles (%j) puts it aside and says so',
    async (text) => {
      write('profiles.json', text)
      const store = await open()
      expect(store.current().id).toBe('this-computer')
      expect(store.notices()).toMatchObject([{ code: 'PROFILES_SET_ASIDE' }])
      const aside = readdirSync(dataDir).find((name) => name.startsWith('profiles.json.broken-')) ?? ''
      expect(read(aside)).toBe(text)
      expect(store.notices()[0]?.message).toContain(aside)
    },
  )

  test('of one profile leaves it in the file as it is, and the others in use', async () => {
    const { id } = await (await open()).create(remote)
    const file = JSON.parse(read('profiles.json')) as { profiles: unknown[] }
    const broken = [{ id: 'b', name: 'Broken', queue: { kind: 'kafka' } }, 7, file.profiles[1]]
    write('profiles.json', JSON.stringify({ ...file, profiles: [...file.profiles, ...broken] }))
    const store = await open()
    expect(store.list().profiles.map(({ name }) => name)).toEqual(['This computer', 'Production EU'])
    const told = store.notices().map(({ code, message }) => `${code} ${message}`)
    expect(told).toEqual([
      expect.stringMatching(/^PROFILE_DAMAGED The profile "Broken" .* It is left there as it is\.$/),
      expect.stringMatching(/^PROFILE_DAMAGED The profile number 4 /),
      expect.stringMatching(/^PROFILE_DAMAGED The profile "Production EU" .* its id is there twice/),
    ])
    await store.update(id, { colour: 'blue' })
    const { profiles } = JSON.parse(read('profiles.json')) as { profiles: unknown[] }
    expect(profiles.slice(2)).toEqual(broken)
  })

  test('of the one in use falls back to this computer, and keeps the file as it was', async () => {
    const first = await open()
    await first.setCurrent((await first.create(remote)).id)
    const file = JSON.parse(read('profiles.json')) as { profiles: { queue?: unknown }[] }
    for (const profile of file.profiles) delete profile.queue
    const text = JSON.stringify(file)
    write('profiles.json', text)
    const store = await open()
    expect(store.current().id).toBe('this-computer')
    expect(store.notices().map(({ code }) => code)).toContain('CURRENT_PROFILE_UNUSABLE')
    const kept = readdirSync(dataDir).find((name) => name.startsWith('profiles.json.before-')) ?? ''
    expect(read(kept)).toBe(text)
  })

  test.each(['', 'nonsense', '{"version":9}'])('of the file of secrets (%j) puts it aside', async (text) => {
    const { id } = await (await open()).create(remote)
    write('secrets.json', text)
    const store = await open()
    expect(store.get(id).secretsSet).toEqual([])
    expect(store.notices()).toMatchObject([{ code: 'SECRETS_SET_ASIDE' }])
    expect(readdirSync(dataDir).some((name) => name.startsWith('secrets.json.broken-'))).toBe(true)
  })

  test('of one secret is told, and the entry is left as it is until a new one is given', async () => {
    const first = await open()
    const { id } = await first.create(remote)
    const other = await first.create({ ...remote, name: 'Other' })
    const file = JSON.parse(read('secrets.json')) as { profiles: Record<string, Record<string, { sealed: string }>> }
    const entry = file.profiles[id]?.['queue.password']
    if (entry !== undefined) entry.sealed = `AAAA${entry.sealed.slice(4)}`
    write('secrets.json', JSON.stringify(file))
    const store = await open()
    expect(store.get(id).secretsSet).toEqual(['queue.password'])
    expect(() => store.secretsOf(store.get(id))).toThrow(expect.objectContaining({ code: 'SECRETS_LOCKED' }))
    expect(store.notices()).toMatchObject([
      {
        code: 'SECRETS_LOCKED',
        message: expect.stringMatching(/queue\.password of the profile Production EU\./) as string,
      },
    ])
    await store.update(other.id, { secrets: { 'queue.password': 'new' } })
    expect(JSON.parse(read('secrets.json'))).toMatchObject({ profiles: { [id]: { 'queue.password': entry } } })
    await store.update(id, { secrets: { 'queue.password': 'new' } })
    expect([store.notices(), store.secretsOf(store.get(id))]).toEqual([[], { 'queue.password': 'new' }])
  })

  test('of the key file, or another way of sealing, is one notice for all', async () => {
    const first = await open()
    const { id } = await first.create({
      ...remote,
      history: { kind: 'postgres', host: 'h', database: 'd' },
      secrets: { 'queue.password': planted, 'history.password': planted },
    })
    chmodSync(join(dataDir, 'secrets.key'), 0o644)
    const store = await open()
    expect(store.notices()).toMatchObject([
      { message: expect.stringMatching(/queue\.password .*history\.password .*chmod 600/) as string },
    ])
    await expect(store.create({ ...remote, name: 'New' })).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
    expect(store.list().profiles).toHaveLength(2)
    const keychain: SecretBox = { kind: 'safe-storage', seal: (text) => text, open: (sealed) => sealed }
    const desktop = await open({ box: keychain })
    expect(() => desktop.secretsOf(desktop.get(id))).toThrow(/sealed with a key file, which is not used here/)
  })

  test('never reaches a file that cannot be read', async () => {
    write('file', '')
    await expect(open({ dataDir: join(dataDir, 'file') })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('exported profiles', () => {
  const full: ProfileDraft = { ...remote, history: { kind: 'postgres', host: 'h', database: 'd' } }

  test('hold no secrets, and come back under names of their own', async () => {
    const store = await open()
    await store.create(full)
    const file = await store.export({})
    expect(file).not.toHaveProperty('secrets')
    expect(JSON.stringify(file)).not.toMatch(/secret|planted/i)
    const { profiles, secretsLeftOut } = await store.import(JSON.parse(JSON.stringify(file)))
    expect(secretsLeftOut).toBe(false)
    expect(profiles.map(({ name, secretsSet }) => [name, secretsSet])).toEqual([
      ['This computer 2', []],
      ['Production EU 2', []],
    ])
    expect(new Set(store.list().profiles.map(({ id }) => id)).size).toBe(4)
  })

  test('take their secrets along under a passphrase', async () => {
    const store = await open()
    const { id } = await store.create(full)
    const file = await store.export({ ids: [id], passphrase: 'correct horse' })
    expect(JSON.stringify(file)).not.toContain(planted)
    const before = store.list()
    await expect(store.import(file, 'wrong horse')).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
    const redirected = structuredClone(file)
    Object.assign(redirected.profiles[0]?.queue ?? {}, { host: 'evil.example' })
    await expect(store.import(redirected, 'correct horse')).rejects.toMatchObject({ code: 'WRONG_PASSPHRASE' })
    expect(store.list()).toEqual(before)
    expect(await store.import(file)).toMatchObject({ secretsLeftOut: true, profiles: [{ secretsSet: [] }] })
    const { profiles } = await store.import(file, 'correct horse')
    expect(store.secretsOf(store.get(profiles[0]?.id ?? ''))).toEqual({ 'queue.password': planted })
  })

  test.each([null, [], {}, { format: 'toril-profiles', version: 2 }, { format: 'other' }])(
    'of another kind (%j) are refused with the field',
    async (file) => {
      const store = await open()
      await expect(store.import(file)).rejects.toMatchObject({ code: 'INVALID_PROFILE_FILE' })
      expect(store.list().profiles).toHaveLength(1)
    },
  )

  test('with one wrong profile bring none', async () => {
    const store = await open()
    const file = await store.export({})
    const wrong = { ...file, profiles: [...file.profiles, { ...file.profiles[0], colour: 'pink' }] }
    await expect(store.import(wrong)).rejects.toMatchObject({
      code: 'INVALID_PROFILE_FILE',
      issues: [{ path: ['file', 'profiles', 1, 'colour'] }],
    })
    expect(store.list().profiles).toHaveLength(1)
  })
})
