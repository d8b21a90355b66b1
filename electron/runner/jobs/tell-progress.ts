import type { BatchProgress } from '../../contract/batch.ts'
import { unlessAborted } from './unless-aborted.ts'

const tellEveryMs = 100

export interface ProgressWork {
  /** How many jobs it is about, as known at its beginning. */
  total: number
  signal: AbortSignal
  /** Counts in `progress`, and begins nothing further once `stop` aborts. */
  work: (progress: BatchProgress, stop: AbortSignal) => Promise<void>
}

/**
 * Does a long work and tells how far it is. Ends early when the signal aborts or the reader goes away; then what is
 * under way is waited for.
 */
export async function* tellProgress({ total, signal, work }: ProgressWork): AsyncGenerator<BatchProgress> {
  const progress: BatchProgress = { total, done: 0, failed: 0, over: false }
  const readerGone = new AbortController()
  const working = work(progress, AbortSignal.any([signal, readerGone.signal]))
  try {
    let over = total === 0
    while (!over && !signal.aborted) {
      yield { ...progress }
      const ended = await Promise.race([working.then(() => true), unlessAborted(tellEveryMs, signal)])
      over = ended === true
    }
    await working
    yield { ...progress, over: true }
  } finally {
    readerGone.abort()
    await working.catch(() => undefined)
  }
}

/** Notes that one job was done, or why it was not. */
export async function countOne(progress: BatchProgress, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
    progress.done += 1
  } catch (error) {
    progress.failed += 1
    progress.firstError ??= error instanceof Error ? error.message : String(error)
  }
}

/** The answer to a dry run: states without a job are left out. */
export async function* tellDryRun(counts: Record<string, number>): AsyncGenerator<BatchProgress> {
  await Promise.resolve()
  const byState = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0))
  const total = Object.values(byState).reduce((sum, count) => sum + count, 0)
  yield { total, done: 0, failed: 0, over: true, dryRun: true, byState }
}

/** Does something to each, so many at once; begins none once `stop` aborts. */
export async function forEachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  stop: AbortSignal,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0
  async function turn(): Promise<void> {
    while (!stop.aborted && next < items.length) {
      const item = items[next]
      next += 1
      if (item !== undefined) await act(item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, turn))
}
