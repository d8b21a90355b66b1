import { expect, it } from 'vitest'
import type { Update } from '../../electron/contract/updates.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { once, whenFinished } from './runner-under-test.ts'

/** What the panel lives on: settings that take hold at once, and updates. */
export function itIsLive(runner: () => Runner): void {
  it('loses and repeats no job while threads and concurrency change', async () => {
    const count = 200
    const jobs = await Promise.all(
      Array.from({ length: count }, (_, n) => runner().jobs.enqueue('quick', { n }, { ...once, attempts: 3 })),
    )
    const sizes = [1, 4, 2, 3, 1, 4]
    for (const size of sizes) {
      await runner().preferences.update({ pool: { maxThreads: size }, queue: { concurrency: size * 2 } })
    }
    for (const [n, { id }] of jobs.entries()) {
      const job = await whenFinished(runner(), id)
      expect(job).toMatchObject({ state: 'completed', result: n })
      expect(job.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([[1, 'completed']])
    }
    expect(runner().preferences.current()).toMatchObject({ pool: { maxThreads: 4 }, queue: { concurrency: 8 } })
    expect(runner().activeCount()).toBe(0)
  })

  it('sends a snapshot, then merged patches without a gap', async () => {
    const stop = new AbortController()
    const updates: Update[] = []
    const ids: string[] = []
    const ended = new Set<string>()
    for await (const update of runner().watch(stop.signal)) {
      updates.push(update)
      if (update.kind === 'snapshot') {
        const jobs = await Promise.all(Array.from({ length: 60 }, (_, n) => runner().jobs.enqueue('quick', { n })))
        ids.push(...jobs.map(({ id }) => id))
        continue
      }
      const rows = update.jobs ?? []
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
      for (const { id, state } of rows) if (state === 'completed') ended.add(id)
      if (ids.every((id) => ended.has(id))) break
    }
    const [first, ...patches] = updates
    expect(first).toMatchObject({ kind: 'snapshot', seq: 1, queue: { name: 'toril', paused: false } })
    expect(updates.map(({ seq }) => seq)).toEqual(updates.map((_, index) => index + 1))
    expect(patches.every(({ kind }) => kind === 'patch')).toBe(true)
    // Each patch comes at least 100 ms after the one before; some room for the reads between.
    const spanMs = Date.parse(patches.at(-1)?.at ?? '') - Date.parse(patches[0]?.at ?? '')
    expect(patches.length).toBeLessThanOrEqual(spanMs / 100 + 5)
    stop.abort()
  })

  it('tells watchers of changed preferences and of a removed job', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 1 }, { delayMs: 600_000 })
    const stop = new AbortController()
    let told = false
    for await (const update of runner().watch(stop.signal)) {
      if (update.kind === 'snapshot') {
        expect(update.jobs.find((job) => job.id === id)).toMatchObject({ state: 'delayed' })
        await runner().preferences.update({ panel: { theme: 'dark' } })
        await runner().jobs.remove(id)
        continue
      }
      told ||= update.preferences?.panel.theme === 'dark'
      if (told && update.removedJobs?.includes(id)) break
    }
    expect(told).toBe(true)
  })

  it('tells watchers who is alive, after every look', async () => {
    const stop = new AbortController()
    const seen: Update[] = []
    for await (const update of runner().watch(stop.signal)) {
      seen.push(update)
      if (update.kind === 'patch' && update.runners !== undefined) break
    }
    for (const { runners } of [seen[0], seen.at(-1)].filter((update) => update !== undefined)) {
      expect(runners).toMatchObject([{ id: runner().id, self: true }])
    }
  })

  it('counts its attempts by outcome, and is ready', async () => {
    const metrics = await runner().metrics()
    expect(metrics.attempts['completed']).toBeGreaterThan(200)
    expect(metrics).toMatchObject({ paused: false, connected: true, poolWaiting: 0 })
    expect(await runner().health()).toEqual({ ready: true, reasons: [], queue: 'ok', database: 'ok' })
    expect(await runner().runners()).toMatchObject([{ id: runner().id, self: true, kind: 'headless' }])
  })
}
