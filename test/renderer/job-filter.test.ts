import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  filterFromSearch,
  filterToSearch,
  matchesFilter,
  narrows,
  parseFilter,
  parseWhen,
  toListInput,
  withTokens,
  type JobFilter,
} from '../../renderer/features/jobs/job-filter.ts'
import { at, iso, row } from './samples.ts'

const empty: JobFilter = { states: [] }

describe('typed text', () => {
  test('becomes keys and plain text', () => {
    const tokens = parseFilter('type:add-two-numbers state:failed since:1h "socket hang up" ECONN')
    expect(withTokens(empty, tokens)).toEqual({
      states: ['failed'],
      type: 'add-two-numbers',
      since: '1h',
      query: 'socket hang up ECONN',
    })
  })

  test('with a key that is not known is ignored and says why', () => {
    const [token] = parseFilter('colour:red')
    expect(token?.problem).toContain('“colour” is not a filter')
    expect(withTokens(empty, parseFilter('colour:red'))).toEqual(empty)
  })

  test('with a value that cannot be is ignored and says why', () => {
    expect(parseFilter('state:asleep')[0]?.problem).toContain('A state is one of')
    expect(parseFilter('since:soon')[0]?.problem).toContain('takes a length of time')
    expect(parseFilter('type:')[0]?.problem).toBe('type: needs a value, as in type:add-two-numbers.')
    expect(parseFilter('-since:1h')[0]?.problem).toContain('cannot be left out')
  })

  test('leaves out, compares and looks into the input as conditions', () => {
    const filter = withTokens(empty, parseFilter('-state:failed took:>5s input.user:~ann type:a,b "hang up"'))
    const conditions = ['-state:failed', 'took:>5s', 'input.user:~ann', 'type:a,b']
    expect(filter).toEqual({ states: [], conditions, query: 'hang up' })
    expect(toListInput(filter, 0)).toEqual({ query: 'hang up', filter: conditions.join(' ') })
    expect(filterFromSearch(filterToSearch(filter))).toEqual(filter)
    expect(narrows(filter)).toBe(true)
  })

  test('with conditions takes in a row only when it meets them for certain', () => {
    const filter = withTokens(empty, parseFilter('-state:failed'))
    expect(matchesFilter(row('1', { state: 'completed' }), filter, at)).toBe(true)
    expect(matchesFilter(row('1', { state: 'failed' }), filter, at)).toBe(false)
    const slow = withTokens(empty, parseFilter('took:>5s'))
    const took = (ms: number) => row('1', { state: 'completed', startedAt: iso(0), finishedAt: iso(ms) })
    expect([6_000, 4_000].map((ms) => matchesFilter(took(ms), slow, at))).toEqual([true, false])
    expect(matchesFilter(row('1', {}), slow, at)).toBe(false)
    expect(matchesFilter(row('1', {}), withTokens(empty, parseFilter('input.a:1')), at)).toBe(false)
  })

  test('knows the words people use for states', () => {
    expect(withTokens(empty, parseFilter('state:running,done')).states).toEqual(['active', 'completed'])
  })

  test('with an address in it is text', () => {
    expect(parseFilter('redis://127.0.0.1:6379')[0]).toMatchObject({ key: undefined, value: 'redis://127.0.0.1:6379' })
  })

  test('of a later value replaces the earlier one', () => {
    const filter = withTokens({ states: ['failed'], type: 'a' }, parseFilter('type:b state:completed'))
    expect(filter).toEqual({ states: ['completed'], type: 'b' })
  })

  test('of any kind never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        withTokens(empty, parseFilter(text))
      }),
    )
  })
})

describe('a view as a URL', () => {
  const texts = fc.option(
    fc.string({ minLength: 1 }).filter((text) => text.trim() === text),
    { nil: undefined },
  )

  test('reads back as it was written', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            states: fc.uniqueArray(fc.constantFrom('failed' as const, 'active' as const, 'waiting' as const)),
            type: texts,
            query: texts,
            since: fc.constantFrom('1h', '30m', '7d', '2026-11-24'),
          },
          { requiredKeys: ['states'] },
        ),
        (made) => {
          const filter = Object.fromEntries(Object.entries(made).filter(([, value]) => value !== undefined))
          expect(filterFromSearch(filterToSearch(filter as unknown as JobFilter))).toEqual(filter)
        },
      ),
    )
  })

  test('leaves out what cannot be', () => {
    expect(filterFromSearch('?state=asleep&since=soon&query=%20&other=1')).toEqual(empty)
    expect(filterToSearch(empty)).toBe('')
  })

  test('is narrowed by anything but a state', () => {
    expect(narrows({ states: ['failed'] })).toBe(false)
    expect(narrows({ states: [], query: 'x' })).toBe(true)
  })
})

describe('a time in a filter', () => {
  test('counts back from now, or is a date', () => {
    expect(parseWhen('1h', at)).toBe(at - 3_600_000)
    expect(parseWhen('30 min', at)).toBe(at - 1_800_000)
    expect(parseWhen('1.5d', at)).toBe(at - 129_600_000)
    expect(parseWhen('2026-11-24', at)).toBe(Date.parse('2026-11-24'))
    expect(parseWhen('tomorrow', at)).toBeUndefined()
  })

  test('is asked of the runner as a point in time', () => {
    expect(toListInput({ states: [], since: '1h', query: 'x' }, at)).toEqual({ since: iso(at - 3_600_000), query: 'x' })
  })
})

describe('a row that came', () => {
  test('is in the view when type, time and text fit', () => {
    const job = row('7', { type: 'sync', inputPreview: 'contact 77', error: { code: 'X', message: 'Hang up' } })
    expect(matchesFilter(job, { states: [], type: 'sync', query: 'hang UP' }, at)).toBe(true)
    expect(matchesFilter(job, { states: [], query: '77' }, at)).toBe(true)
    expect(matchesFilter(job, { states: [], type: 'other' }, at)).toBe(false)
    expect(matchesFilter(job, { states: [], since: '1m' }, at + 120_000)).toBe(false)
    expect(matchesFilter(job, { states: [], until: '1m' }, at)).toBe(false)
    expect(matchesFilter(job, { states: [], query: 'nothing' }, at)).toBe(false)
  })
})
