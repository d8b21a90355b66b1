import { describe, expect, it } from 'vitest'
import { defaultPreferences } from '../../../electron/contract/preferences.ts'
import type { Thread } from '../../../electron/contract/runner.ts'
import { afterChanges, changesOf } from '../../../renderer/features/preferences/preferences-draft.ts'
import { previewOf, type Preview } from '../../../renderer/features/preferences/preview.ts'
import type { SettingValue } from '../../../renderer/features/preferences/settings.ts'

const thread = (index: number, state: Thread['state'], busy: boolean): Thread => ({
  id: `T${index}`,
  runner: 'r',
  state,
  jobsDone: 0,
  startedAt: '2026-11-24T13:00:00.000Z',
  ...(busy ? { job: { id: String(index), type: 'x', attempt: 1, since: '2026-11-24T13:00:00.000Z' } } : {}),
})

function preview(edits: Record<string, SettingValue>, threads: Thread[] = []): Preview {
  const changes = changesOf(defaultPreferences, new Map(Object.entries(edits)))
  const next = afterChanges(defaultPreferences, changes)
  if (next === undefined) throw new Error('cannot be applied')
  return previewOf(defaultPreferences, next, threads, changes)
}

describe('what applying would do', () => {
  it('more threads are drawn as more, and counted against what runs at once', () => {
    const { now, after, steps } = preview({ 'pool.maxThreads': 6, 'queue.concurrency': 6 }, [
      thread(1, 'busy', true),
      thread(2, 'idle', false),
    ])
    expect(now).toEqual(['busy', 'idle', 'free', 'free', 'gap', 'gap'])
    expect(after).toEqual(['busy', 'idle', 'free', 'free', 'new', 'new'])
    expect(steps[0]).toEqual({
      when: 'Right away',
      title: '2 more threads can start',
      detail: '6 jobs can run at once instead of 2.',
    })
  })

  it('says when more threads would have nothing to do', () => {
    expect(preview({ 'pool.maxThreads': 8 }).steps).toEqual([
      {
        when: 'Right away',
        title: '4 more threads can start',
        detail: 'Still 2 jobs at once: “Jobs at once” says so.',
      },
    ])
  })

  it('fewer threads end when they are free, the working ones after their job', () => {
    const { after, steps, busy } = preview({ 'pool.maxThreads': 1 }, [
      thread(1, 'busy', true),
      thread(2, 'blocked', true),
      thread(3, 'idle', false),
    ])
    expect(after).toEqual(['busy', 'retiring', 'gap', 'gap'])
    expect(busy).toBe(2)
    expect(steps[0]).toMatchObject({
      when: 'As threads free up',
      title: '1 thread retires',
      detail: 'Each finishes its job first.',
    })
  })

  it('orders by when it is felt and says each thing once', () => {
    const { steps } = preview({
      'cancel.graceMs': 15_000,
      'queue.attempts': 5,
      'queue.backoff.delayMs': 15_000,
      'pool.maxThreads': 2,
    })
    expect(steps.map(({ when, title }) => [when, title])).toEqual([
      ['As threads free up', 'At most 2 threads'],
      ['Next job', '5 attempts'],
      ['Next cancel', '15 s before a kill'],
    ])
    expect(steps[1]?.detail).toBe(
      'If every attempt fails: waits 15 s, 30 s, 1 m and 2 m, then gives up. Jobs already enqueued keep theirs.',
    )
  })

  it('warns of what cannot be had back', () => {
    expect(preview({ 'history.keepDays': 7 }).steps[0]).toMatchObject({
      title: 'Jobs finished over 7 days ago are removed',
      warns: true,
    })
    expect(preview({ 'history.keepDays': 90 }).steps[0]?.warns).toBeUndefined()
  })
})
