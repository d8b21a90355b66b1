import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defaultPreferences,
  preferencesPatchSchema,
  preferencesSchema,
} from '../../../electron/contract/preferences.ts'
import {
  afterChanges,
  changesOf,
  namedText,
  patchOf,
  problemsOf,
  settingAt,
  summaryOf,
} from '../../../renderer/features/preferences/preferences-draft.ts'
import { rateOfText } from '../../../renderer/features/preferences/rate-text.ts'
import { allSettings, findSettings, type SettingValue } from '../../../renderer/features/preferences/settings.ts'

const saved = defaultPreferences
const changes = (edits: Record<string, SettingValue>) => changesOf(saved, new Map(Object.entries(edits)))

describe('edits of the preferences', () => {
  it('every setting of the contract is on the screen once, and no other', () => {
    const paths = (value: object, before: string[] = []): string[] =>
      Object.entries(value).flatMap(([key, inner]) =>
        typeof inner === 'object' && inner !== null
          ? paths(inner as object, [...before, key])
          : [[...before, key].join('.')],
      )
    expect(allSettings.map(({ path }) => path).toSorted()).toEqual(paths(saved).toSorted())
  })

  it('of a rate limit are text that reads back as the limit', () => {
    expect(settingAt(saved, 'queue.rateLimit')).toBeNull()
    const limit = { max: 10, durationMs: 1_000 }
    const limited = { ...saved, queue: { ...saved.queue, rateLimit: limit } }
    expect(settingAt(limited, 'queue.rateLimit')).toBe('10 in 1 s')
    const list = changes({ 'queue.rateLimit': '10 in 1 s' })
    expect(patchOf(list)).toEqual({ queue: { rateLimit: limit } })
    expect(summaryOf(list)).toBe('Rate limit None → 10 in 1 s')
    expect(afterChanges(saved, list)).toEqual(limited)
    const lifted = changesOf(limited, new Map([['queue.rateLimit', null]]))
    expect(patchOf(lifted)).toEqual({ queue: { rateLimit: null } })
    expect(problemsOf(saved, changes({ 'queue.rateLimit': 'ten' })).get('queue.rateLimit')).toMatch(/such as 10 in 1 s/)
    expect(['5/s', '100 per 5m', '1,000 jobs in 1 h'].map(rateOfText)).toEqual([
      { max: 5, durationMs: 1_000 },
      { max: 100, durationMs: 300_000 },
      { max: 1_000, durationMs: 3_600_000 },
    ])
    expect(['', '0 in 1 s', '5', '5 in', 'in 1 s', '5 in 2 years', '-1/s'].map(rateOfText)).toEqual(
      Array(7).fill(undefined),
    )
  })

  it('are changes only where they differ, in the order of the screen', () => {
    const list = changes({ 'cancel.graceMs': 15_000, 'pool.maxThreads': 8, 'pool.minThreads': 1 })
    expect(list.map(({ setting, before, after, effect }) => [setting.path, before, after, effect])).toEqual([
      ['pool.maxThreads', 4, 8, 'right-away'],
      ['cancel.graceMs', 10_000, 15_000, 'next-cancel'],
    ])
    expect(summaryOf(list)).toBe('Threads 4 → 8, time before a kill 10 s → 15 s')
  })

  it('fewer threads wait for those that work', () => {
    expect(changes({ 'pool.maxThreads': 2 })[0]?.effect).toBe('as-threads-free-up')
  })

  it('send only what changed', () => {
    const patch = patchOf(
      changes({
        'queue.backoff.delayMs': 500,
        'queue.attempts': 5,
        'jobs.folder': '/srv/jobs',
        'panel.theme': 'light',
      }),
    )
    expect(patch).toEqual({
      queue: { attempts: 5, backoff: { delayMs: 500 } },
      jobs: { folder: '/srv/jobs' },
      panel: { theme: 'light' },
    })
    expect(preferencesPatchSchema.safeParse(patch).success).toBe(true)
  })

  it('an emptied folder is none', () => {
    const before = { ...saved, jobs: { folder: '/srv/jobs' } }
    expect(patchOf(changesOf(before, new Map([['jobs.folder', null]])))).toEqual({ jobs: { folder: null } })
  })

  it.each([
    [{ 'pool.maxThreads': 0 }, 'pool.maxThreads', 'Must be at least 1.'],
    [{ 'pool.maxThreads': 300 }, 'pool.maxThreads', 'Must be at most 256.'],
    [{ 'pool.maxThreads': 'many' }, 'pool.maxThreads', 'Must be a whole number.'],
    [{ 'pool.minThreads': 9 }, 'pool.minThreads', 'Must not be above “Threads at most” (4).'],
    [{ 'cancel.graceMs': 'soon' }, 'cancel.graceMs', 'Write a time such as 30 s, 5 m or 1 h 30 m.'],
    [{ 'cancel.graceMs': 7_200_000 }, 'cancel.graceMs', 'Must be at most 1 h.'],
    [{ 'history.keepDays': 0 }, 'history.keepDays', 'Must be at least 1 day.'],
  ])('%j cannot be applied', (edits, path, message) => {
    expect([...problemsOf(saved, changes(edits))]).toEqual([[path, message]])
    expect(afterChanges(saved, changes(edits))).toBeUndefined()
  })

  it('name settings by their labels, not by their paths', () => {
    expect(namedText('pool.minThreads must not be above pool.maxThreads (4)')).toBe(
      '“Threads at least” must not be above “Threads at most” (4).',
    )
  })

  it('applied to what holds give exactly the edited values', () => {
    const values = fc.record(
      {
        'pool.maxThreads': fc.integer({ min: 4, max: 256 }),
        'queue.concurrency': fc.integer({ min: 1, max: 10_000 }),
        'queue.backoff.delayMs': fc.nat(),
        'queue.backoff.type': fc.constantFrom('exponential', 'fixed'),
        'history.keepDays': fc.integer({ min: 1, max: 3650 }),
        'jobs.folder': fc.option(fc.string({ minLength: 1 })),
        'panel.density': fc.constantFrom('comfortable', 'compact'),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(values, (edits) => {
        const after = afterChanges(saved, changes(edits))
        expect(preferencesSchema.safeParse(after).success).toBe(true)
        if (after === undefined) return
        for (const { path } of allSettings) {
          const edited = (edits as Record<string, SettingValue | undefined>)[path]
          expect(settingAt(after, path)).toBe(edited === undefined ? settingAt(saved, path) : edited)
        }
      }),
    )
  })
})

describe('finding a setting', () => {
  it('looks in label, help and group', () => {
    expect(
      findSettings('kill').flatMap(({ groups }) => groups.flatMap(({ settings }) => settings.map(({ path }) => path))),
    ).toContain('cancel.graceMs')
    expect(findSettings('zebra')).toEqual([])
    expect(findSettings('')).toHaveLength(5)
  })
})
