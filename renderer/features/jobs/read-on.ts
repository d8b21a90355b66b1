import type { StatePage } from './list-layout.ts'

/**
 * Goes on with a page until it has so many rows, or there is nothing more to look at: an answer of a search may have
 * few jobs, or none, while older ones are still to be looked through. `show` is told after each answer, and says
 * whether anybody still wants to know. Rejects as `read` does.
 */
export async function readOn(
  page: StatePage,
  wanted: number,
  read: (cursor: string) => Promise<StatePage>,
  show: (page: StatePage) => boolean,
): Promise<void> {
  let known = page
  let looking = false
  for (let cursor = known.nextCursor; cursor !== undefined && known.rows.length < wanted; cursor = known.nextCursor) {
    if (looking && !show({ ...known, looking })) return
    const { rows, ...next } = await read(cursor)
    known = { ...next, rows: [...known.rows, ...rows] }
    looking = true
  }
  if (known !== page) show(known)
}
