import { expect, it } from 'vitest'
import type { Update } from '../../electron/contract/updates.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { once, whenFinished, type RunnerHome } from './runner-under-test.ts'

/** What the panel lives on: settings that take hold at once, and updates. */
export function itIsLive(runner: () => Runner, home: () => RunnerHome): void {
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

  it('takes no more jobs than threads and line can hold, and fails none for it', async () => {
    const { pool, queue } = runner().preferences.current()
    await runner().preferences.update({
      pool: { minThreads: 1, maxThreads: 1, maxQueue: 2 },
      queue: { concurrency: 50 },
    })
    const input = { release: home().gate('line') }
    const jobs = await Promise.all(Array.from({ length: 8 }, () => runner().jobs.enqueue('hold', input, once)))
    const held = async (count: number): Promise<void> => {
      const taken = async (): Promise<boolean> => {
        const { active, waiting } = (await runner().queue.info()).counts
        return active === count && waiting === jobs.length - count
      }
      await until(taken, `${count} are taken`)
      expect(runner().activeCount()).toBe(count)
    }
    await held(3)
    expect((await runner().metrics()).poolWaiting).toBe(2)
    // One more room at a time, live; a smaller line gives nothing back that was taken.
    await runner().preferences.update({ pool: { maxQueue: 4 } })
    await held(5)
    await runner().preferences.update({ pool: { maxQueue: 0 } })
    await held(5)
    await home().openGate('line')
    for (const { id } of jobs) {
      const job = await whenFinished(runner(), id)
      expect(job).toMatchObject({ state: 'completed', attempts: [{ number: 1, outcome: 'completed' }] })
    }
    await runner().preferences.update({ pool, queue })
  })

  it('keeps as many threads as it is told, and ends idle ones as soon as it is told', async () => {
    const { pool } = runner().preferences.current()
    const idle = (count: number) =>
      until(() => {
        const threads = runner().threads()
        return threads.length === count && threads.every(({ state }) => state === 'idle')
      }, `${count} threads are idle`)
    await runner().preferences.update({ pool: { minThreads: 4, maxThreads: 4, idleTimeoutMs: 3_600_000 } })
    await idle(4)
    await runner().preferences.update({ pool: { minThreads: 2 } })
    expect(runner().threads()).toHaveLength(4)
    // They have been idle for longer than that already.
    await runner().preferences.update({ pool: { idleTimeoutMs: 1 } })
    await idle(2)
    await runner().preferences.update({ pool: { minThreads: 0 } })
    await idle(0)
    const { id } = await runner().jobs.enqueue('quick', { n: 7 })
    expect(await whenFinished(runner(), id)).toMatchObject({ state: 'completed', result: 7 })
    await runner().preferences.update({ pool })
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
    expect(await runner().runners.list()).toMatchObject([{ id: runner().id, self: true, kind: 'headless' }])
  })
}
