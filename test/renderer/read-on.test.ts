import { expect, test } from 'vitest'
import type { StatePage } from '../../renderer/features/jobs/list-layout.ts'
import { readOn } from '../../renderer/features/jobs/read-on.ts'
import { withListed } from '../../renderer/features/jobs/state-counts.ts'
import { row } from './samples.ts'

const page = (ids: string[], nextCursor?: string): StatePage => ({
  rows: ids.map((id) => row(id)),
  nextCursor,
  total: ids.length,
})
const idsOf = ({ rows }: StatePage) => rows.map(({ id }) => id)

/** Answers by cursor, and what was shown on the way. */
async function run(from: StatePage, wanted: number, answers: Record<string, StatePage>, wantedSteps = Infinity) {
  const shown: StatePage[] = []
  await readOn(
    from,
    wanted,
    (cursor) => Promise.resolve(answers[cursor] ?? page([])),
    (next) => shown.push(next) < wantedSteps,
  )
  return shown
}

test('answers without a job are gone on with until the page is full', async () => {
  const shown = await run(page([], 'a'), 2, { a: page([], 'b'), b: page(['3'], 'c'), c: page(['2', '1'], 'd') })
  expect(shown.map(idsOf)).toEqual([[], ['3'], ['3', '2', '1']])
  expect(shown.map(({ looking }) => looking)).toEqual([true, true, undefined])
  expect(shown.at(-1)?.nextCursor).toBe('d')
})

test('a search that found nothing says so only when there is nothing more to look at', async () => {
  const shown = await run(page([], 'a'), 50, { a: page([], 'b'), b: page([]) })
  expect(shown.map(({ looking, nextCursor }) => [looking, nextCursor])).toEqual([
    [true, 'b'],
    [undefined, undefined],
  ])
})

test('it ends when nobody wants to know any more', async () => {
  const shown = await run(page([], 'a'), 50, { a: page([], 'b'), b: page(['1'], 'c') }, 1)
  expect(shown.map(idsOf)).toEqual([[]])
})

test('a full page asks for nothing', async () => {
  expect(await run(page(['1', '2'], 'a'), 2, {})).toEqual([])
})

test('a count that is a minimum is what the list shows, at its end exactly', () => {
  const counts = { counts: { completed: 0, failed: 5, active: 1 }, minimum: new Set(['completed', 'failed'] as const) }
  const listed = withListed(
    counts,
    new Map([
      ['completed', page(['1', '2'], 'a')],
      ['failed', page(['3', '4', '5', '6', '7', '8'])],
    ]),
  )
  expect(listed.counts).toEqual({ completed: 2, failed: 6, active: 1 })
  expect([...listed.minimum]).toEqual(['completed'])
})
