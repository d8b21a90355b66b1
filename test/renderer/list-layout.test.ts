import { describe, expect, test } from 'vitest'
import type { JobState, JobSummary } from '../../electron/contract/job.ts'
import {
  extendLayout,
  freezeLayout,
  layoutJobs,
  newestFirst,
  toItems,
  type StatePage,
} from '../../renderer/features/jobs/list-layout.ts'
import { at, iso, row } from './samples.ts'

const made = (id: string, secondsAgo: number, state: JobState = 'completed'): JobSummary =>
  row(id, { state, createdAt: iso(at - secondsAgo * 1000) })

const page = (rows: JobSummary[], more: Partial<StatePage> = {}): StatePage => ({
  rows,
  nextCursor: undefined,
  total: rows.length,
  ...more,
})

const pages = (entries: [JobState, StatePage][]): ReadonlyMap<JobState, StatePage> => new Map(entries)
const live = (...rows: JobSummary[]): ReadonlyMap<string, JobSummary> => new Map(rows.map((job) => [job.id, job]))
const nothing = new Set<string>()
const all = { states: [] }

describe('the list', () => {
  test('has its groups in a fixed order, newest first inside', () => {
    const content = layoutJobs(
      pages([
        ['completed', page([made('1', 30), made('2', 20)])],
        ['active', page([made('3', 10, 'active')])],
      ]),
      live(),
      nothing,
      all,
      at,
    )
    expect(content.groups.map((group) => [group.state, group.ids])).toEqual([
      ['active', ['3']],
      ['completed', ['2', '1']],
    ])
  })

  test('starts a line that is known whole with the next one', () => {
    const waiting = [made('9', 1, 'waiting'), made('8', 2, 'waiting')]
    const whole = layoutJobs(pages([['waiting', page(waiting)]]), live(), nothing, all, at)
    expect(whole.groups[0]?.ids).toEqual(['8', '9'])
    const part = layoutJobs(
      pages([['waiting', page(waiting, { nextCursor: 'c', total: 50 })]]),
      live(),
      nothing,
      all,
      at,
    )
    expect(part.groups[0]?.ids).toEqual(['9', '8'])
    expect(part.groups[0]?.total).toBe(50)
  })

  test('moves a row to the group of its newest state', () => {
    const content = layoutJobs(
      pages([
        ['active', page([made('3', 10, 'active')])],
        ['completed', page([])],
      ]),
      live(made('3', 10, 'completed')),
      nothing,
      all,
      at,
    )
    expect(content.groups.map((group) => group.state)).toEqual(['completed'])
  })

  test('takes in rows that came, but none from beyond what was read', () => {
    const content = layoutJobs(
      pages([['completed', page([made('5', 50)], { nextCursor: 'c', total: 900 })]]),
      live(made('6', 40), made('4', 60)),
      nothing,
      all,
      at,
    )
    expect(content.groups[0]?.ids).toEqual(['6', '5'])
  })

  test('leaves out what was removed and what the filter does not want', () => {
    const content = layoutJobs(
      pages([['completed', page([made('1', 1), made('2', 2)])]]),
      live(row('3', { type: 'other', state: 'completed' })),
      new Set(['1']),
      { states: [], type: 'add-two-numbers' },
      at,
    )
    expect(content.groups[0]?.ids).toEqual(['2'])
  })

  test('puts the higher id first when two were made at the same moment', () => {
    expect([row('9'), row('10')].sort(newestFirst).map((job) => job.id)).toEqual(['10', '9'])
  })
})

describe('a list that is held still', () => {
  const shown = layoutJobs(
    pages([
      ['active', page([made('3', 10, 'active')])],
      ['completed', page([made('1', 30)])],
    ]),
    live(),
    nothing,
    all,
    at,
  )

  test('changes rows in place and collects arrivals', () => {
    const computed = layoutJobs(
      pages([
        ['active', page([])],
        ['completed', page([made('4', 1), made('3', 10), made('1', 30)])],
      ]),
      live(),
      nothing,
      all,
      at,
    )
    const { content, arrivals } = freezeLayout(shown, computed)
    expect(content.groups).toBe(shown.groups)
    expect(content.rows.get('3')?.state).toBe('completed')
    expect(arrivals).toEqual(['4'])
  })

  test('keeps a row that is gone', () => {
    const { content } = freezeLayout(shown, { groups: [], rows: new Map() })
    expect(content.rows.get('1')?.id).toBe('1')
  })

  test('grows only at the ends of its groups when a page is read', () => {
    const grown = extendLayout(
      shown,
      pages([['completed', page([made('5', 2), made('1', 30), made('0', 90)], { nextCursor: 'c' })]]),
    )
    expect(grown.groups.find((group) => group.state === 'completed')).toMatchObject({ ids: ['1', '0'], hasMore: true })
  })
})

describe('the lines of the list', () => {
  const groups = [
    { state: 'active' as const, ids: ['1'], total: 1, hasMore: false },
    { state: 'completed' as const, ids: ['2'], total: 9, hasMore: true },
  ]

  test('are headings, rows and an end that goes on', () => {
    expect(toItems(groups, new Set(), true, new Map()).map((item) => item.kind)).toEqual([
      'group',
      'row',
      'group',
      'row',
      'more',
    ])
  })

  test('of a collapsed group are its heading only', () => {
    expect(toItems(groups, new Set<JobState>(['completed']), true, new Map()).map((item) => item.kind)).toEqual([
      'group',
      'row',
      'group',
    ])
  })

  test('of a long group are its first ones, so that the next group stays in reach', () => {
    const long = {
      state: 'waiting' as const,
      ids: Array.from({ length: 60 }, (_, id) => `${id}`),
      total: 60,
      hasMore: false,
    }
    expect(toItems([long], new Set(), true, new Map())).toHaveLength(22)
    expect(toItems([long], new Set(), true, new Map([['waiting', 60]]))).toHaveLength(61)
    expect(toItems([long], new Set(), false, new Map())).toHaveLength(60)
  })

  test('of one state need no heading', () => {
    expect(
      toItems(groups.slice(1), new Set<JobState>(['completed']), false, new Map()).map((item) => item.kind),
    ).toEqual(['row', 'more'])
  })
})
