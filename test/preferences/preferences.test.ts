import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { defaultPreferences, preferencesSchema, type PreferencesPatch } from '../../electron/contract/preferences.ts'
import { createPreferencesStore } from '../../electron/runner/preferences/create-preferences-store.ts'
import { mergePreferences, salvagePreferences } from '../../electron/runner/preferences/merge-preferences.ts'
import { migratePreferences } from '../../electron/runner/preferences/migrate-preferences.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-preferences-'))
  file = join(folder, 'preferences.json')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const open = (environment: { TORIL_JOBS_DIR?: string } = {}) => createPreferencesStore({ file, environment })
const aside = async () => (await readdir(folder)).filter((name) => name.startsWith('preferences.json.broken-'))

test('without a file the defaults hold, and an update is on disk before it is answered', async () => {
  const store = await open()
  expect(store.current()).toEqual(defaultPreferences)
  expect(store.notices).toEqual([])
  const seen: unknown[] = []
  store.onChange((now, before) => seen.push([now.pool.maxThreads, before.pool.maxThreads]))
  const now = await store.update({ pool: { maxThreads: 8 }, queue: { backoff: { delayMs: 5 } } })
  expect(now.pool).toEqual({ ...defaultPreferences.pool, maxThreads: 8 })
  expect(now.queue.backoff).toEqual({ type: 'exponential', delayMs: 5 })
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ version: 1, ...now })
  expect(await readdir(folder)).toEqual(['preferences.json'])
  expect(seen).toEqual([[8, 4]])
  expect((await open()).current()).toEqual(now)
})

test.skipIf(process.platform === 'win32')('the file is for its owner alone', async () => {
  await (await open()).update({ pool: { maxThreads: 8 } })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('a bad value is refused with its name, and nothing changes', async () => {
  const store = await open()
  const refused = store.update({ pool: { minThreads: 9 } })
  await expect(refused).rejects.toMatchObject({
    code: 'INVALID_PREFERENCES',
    issues: [{ path: ['pool', 'minThreads'], message: 'must not be above pool.maxThreads (4)' }],
  })
  await expect(store.update({ nope: 1 } as PreferencesPatch)).rejects.toMatchObject({ code: 'INVALID_PREFERENCES' })
  await expect(store.update({ pool: { maxThreads: 'many' } } as unknown as PreferencesPatch)).rejects.toThrow(
    'pool.maxThreads',
  )
  expect(store.current()).toEqual(defaultPreferences)
})

test('updates at the same time are all applied', async () => {
  const store = await open()
  await Promise.all([
    store.update({ pool: { maxThreads: 7 } }),
    store.update({ queue: { concurrency: 9 } }),
    store.update({ cancel: { graceMs: 1 } }),
  ])
  expect((await open()).current()).toMatchObject({
    pool: { maxThreads: 7 },
    queue: { concurrency: 9 },
    cancel: { graceMs: 1 },
  })
})

test.each([
  ['no JSON', '{ "pool": '],
  ['no object', '[1]'],
  ['a newer version', '{ "version": 99, "pool": {} }'],
])('a file with %s is kept aside and the defaults are used', async (_what, content) => {
  await writeFile(file, content)
  const store = await open()
  expect(store.current()).toEqual(defaultPreferences)
  expect(store.notices).toMatchObject([{ code: 'PREFERENCES_SET_ASIDE' }])
  const [kept = ''] = await aside()
  expect(await readFile(join(folder, kept), 'utf8')).toBe(content)
  expect(store.notices[0]?.message).toContain(kept)
})

test('of a file with some broken fields the valid ones are kept, and it says which were not', async () => {
  const content = JSON.stringify({
    version: 1,
    pool: { maxThreads: 12, minThreads: 6, idleTimeoutMs: 'soon' },
    odd: { a: 1 },
    panel: { theme: 'dark' },
  })
  await writeFile(file, content)
  const store = await open()
  expect(store.current()).toMatchObject({
    pool: { maxThreads: 12, minThreads: 6, idleTimeoutMs: 30_000 },
    panel: { theme: 'dark' },
  })
  expect(store.notices[0]).toMatchObject({ code: 'PREFERENCES_REPAIRED' })
  expect(store.notices[0]?.message).toContain('pool.idleTimeoutMs, odd.a')
  expect(await aside()).toHaveLength(1)
  expect((await open()).notices).toEqual([])
})

test('TORIL_JOBS_DIR beats the stored folder, is not stored, and cannot be patched', async () => {
  await (await open()).update({ jobs: { folder: '/mine' } })
  const store = await open({ TORIL_JOBS_DIR: '/from/environment' })
  expect(store.current().jobs.folder).toBe('/from/environment')
  const patch = store.update({ jobs: { folder: '/other' } })
  await expect(patch).rejects.toMatchObject({ code: 'SET_BY_ENVIRONMENT' })
  await expect(patch).rejects.toThrow('TORIL_JOBS_DIR')
  await store.update({ pool: { maxThreads: 5 } })
  expect((await open()).current().jobs.folder).toBe('/mine')
})

test('a folder that cannot be used is named', async () => {
  await writeFile(join(folder, 'taken'), '')
  const refused = createPreferencesStore({ file: join(folder, 'taken', 'preferences.json'), environment: {} })
  await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('versions are migrated step by step', () => {
  const steps = { 1: (old: object) => ({ ...old, second: true }), 2: (old: object) => ({ ...old, third: true }) }
  expect(migratePreferences({ version: 1, a: 1 }, steps, 3)).toEqual({ a: 1, second: true, third: true })
  expect(migratePreferences({ version: 4 }, steps, 3)).toBeUndefined()
})

const patches = fc.record(
  {
    pool: fc.record(
      { minThreads: fc.integer({ min: 0, max: 300 }), maxThreads: fc.integer({ min: 0, max: 300 }) },
      { requiredKeys: [] },
    ),
    queue: fc.record(
      { concurrency: fc.integer({ min: 0, max: 20 }), backoff: fc.record({ delayMs: fc.nat() }) },
      { requiredKeys: [] },
    ),
    panel: fc.record({ theme: fc.constantFrom('dark' as const, 'light' as const) }),
  },
  { requiredKeys: [] },
)

test('a merge is valid or refused; twice is the same as once; what is not named stays', () => {
  fc.assert(
    fc.property(patches, (patch) => {
      let merged
      try {
        merged = mergePreferences(defaultPreferences, patch as PreferencesPatch)
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_PREFERENCES' })
        return
      }
      expect(preferencesSchema.safeParse(merged).success).toBe(true)
      expect(mergePreferences(merged, patch as PreferencesPatch)).toEqual(merged)
      expect(merged.history).toEqual(defaultPreferences.history)
      expect(merged.queue.backoff.type).toBe('exponential')
    }),
  )
})

test('whatever was stored, salvaging gives valid preferences', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), patches), (stored) => {
      const { preferences } = salvagePreferences(stored, defaultPreferences)
      expect(preferencesSchema.safeParse(preferences).success).toBe(true)
    }),
  )
})
