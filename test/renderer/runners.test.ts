import { describe, expect, test } from 'vitest'
import type { Runner } from '../../electron/contract/runner.ts'
import { createRunnerActions } from '../../renderer/features/runners/use-runner-actions.ts'
import { isSilent, nameOf, skewText, stateOf } from '../../renderer/features/runners/runner-words.ts'
import type { Client } from '../../renderer/lib/client.ts'
import { createPanelStores } from '../../renderer/lib/panel-stores.ts'
import { at, iso } from './samples.ts'

function runner(id: string, more: Partial<Runner> = {}): Runner {
  return {
    id,
    host: `host-of-${id}`,
    pid: 1,
    version: '0.1.0',
    self: false,
    kind: 'headless',
    state: 'taking',
    jobTypes: ['add-two-numbers'],
    threads: 2,
    busyThreads: 0,
    minThreads: 1,
    maxThreads: 4,
    concurrency: 2,
    active: 0,
    startedAt: iso(at),
    lastSeenAt: iso(at),
    ...more,
  }
}

/** A client whose runner answers as told, and the stores of its panel. */
function panel(answer: (what: string, input: unknown) => Promise<Runner>) {
  const stores = createPanelStores()
  stores.runners.setState({ value: [runner('a', { self: true }), runner('b')] })
  const call = (what: string) => (input: unknown) => answer(what, input)
  const runners = Object.fromEntries(['pause', 'resume', 'drain', 'resize'].map((what) => [what, call(what)]))
  const actions = createRunnerActions({ runners } as unknown as Client, stores)
  return { actions, b: () => stores.runners.getState().value?.[1], toasts: () => stores.toasts.getState().toasts }
}

describe('what is done to a runner from the panel', () => {
  test('is shown as the runner answers it', async () => {
    const { actions, b } = panel((what, input) => {
      expect([what, input]).toEqual(['drain', { id: 'b' }])
      return Promise.resolve(runner('b', { state: 'draining', active: 2 }))
    })
    actions.drain(runner('b'))
    await expect.poll(() => b()).toMatchObject({ state: 'draining', active: 2, self: false })
  })

  test('says why when the runner does not answer, and changes nothing', async () => {
    const { actions, b, toasts } = panel(() => Promise.reject(new Error('Runner b does not answer.')))
    actions.pause(runner('b'))
    await expect.poll(() => toasts()).toMatchObject([{ role: 'alert', title: 'host-of-b could not be paused' }])
    expect(b()).toMatchObject({ state: 'taking' })
  })

  test('shows a new size at once, and the old one when it is refused', async () => {
    const { promise, reject } = Promise.withResolvers<Runner>()
    const { actions, b, toasts } = panel(() => promise)
    actions.resize(runner('b'), { maxThreads: 5 })
    expect(b()).toMatchObject({ maxThreads: 5 })
    reject(new Error('Not now.'))
    await expect.poll(() => b()).toMatchObject({ maxThreads: 4 })
    await expect.poll(() => toasts()).toMatchObject([{ title: 'host-of-b could not be resized' }])
  })
})

describe('runners in words', () => {
  test('tell of a clock only when it is far off', () => {
    expect(skewText({ clockSkewMs: 999 })).toBeUndefined()
    expect(skewText({})).toBeUndefined()
    expect(skewText({ clockSkewMs: 61_000 })).toMatch(/^clock .+ ahead$/)
    expect(skewText({ clockSkewMs: -2_000 })).toMatch(/behind$/)
  })

  test('have a word for every state', () => {
    const labels = (['taking', 'paused', 'draining', 'drained'] as const).map(
      (state) => stateOf({ self: true, state }, false).label,
    )
    expect(labels).toEqual(['Takes jobs', 'Paused', 'Draining', 'Drained'])
  })

  test('say that the profile keeps this one from jobs, which a press on Resume would not end', () => {
    expect(stateOf({ self: true, state: 'paused' }, true).detail).toBe('Its profile is read-only')
    expect(stateOf({ self: false, state: 'paused' }, true).label).toBe('Paused')
    expect(stateOf({ self: true, state: 'draining' }, true).label).toBe('Draining')
  })

  test('are silent when nothing was heard of them for longer than between two signs of life', () => {
    const other = { self: false, lastSeenAt: iso(at) }
    expect([9_000, 15_000, 15_001].map((ms) => isSilent(other, at + ms))).toEqual([false, false, true])
    expect(isSilent({ ...other, self: true }, at + 60_000)).toBe(false)
    expect(stateOf({ self: false, state: 'taking' }, false, true)).toMatchObject({ label: 'Silent', tone: 'retry' })
  })

  test('are told from each other also on one computer', () => {
    expect(nameOf(runner('a', { host: 'web', pid: 7 }))).toBe('web, pid 7')
    expect(nameOf(runner('a', { self: true }))).toBe('this runner')
  })
})
