import { describe, expect, test } from 'vitest'
import { massLabel, stateWords, touchedOf, touchedWords } from '../../renderer/features/job-actions/mass-words.ts'
import { asksFirst, runMass } from '../../renderer/features/job-actions/use-mass.ts'
import type { Client } from '../../renderer/lib/client.ts'
import { createPanelStores } from '../../renderer/lib/panel-stores.ts'
import type { Mass } from '../../renderer/stores/mass.ts'

const picked = (action: 'cancel' | 'retry' | 'remove', count: number): Mass => ({
  kind: 'picked',
  action,
  jobs: Array.from({ length: count }, (_, index) => ({ id: String(index), type: 'x', state: 'failed' as const })),
})

describe('something done to many jobs', () => {
  test('says how many it touches, and of which states', () => {
    expect(touchedWords({ total: 1204, byState: { active: 4, waiting: 1200 } })).toBe(
      'This touches 1,204 jobs: 1,200 waiting, 4 running.',
    )
    expect(touchedWords({ total: 0, byState: {} })).toBe('No job would be touched.')
    expect(stateWords(touchedOf([{ state: 'failed' }, { state: 'failed' }, { state: 'delayed' }]).byState)).toBe(
      '1 delayed, 2 failed',
    )
  })

  test('has a button that repeats the verb and the number, or the one job', () => {
    expect(massLabel({ kind: 'matching', action: 'retry', query: {} }, undefined)).toBe('Retry all that match')
    expect(massLabel({ kind: 'matching', action: 'retry', query: {} }, { total: 412 })).toBe('Retry 412 jobs')
    expect(massLabel(picked('remove', 1), { total: 1 })).toBe('Remove #0')
  })

  test('is one batch of the picked jobs, under the name that was typed; one job alone is none', () => {
    const calls: unknown[] = []
    const called = (what: string) => (input: unknown) => (calls.push([what, input]), new Promise(() => undefined))
    const jobs = Object.fromEntries(['batch', 'cancel', 'retry', 'remove'].map((what) => [what, called(what)]))
    const client = { jobs } as unknown as Client
    runMass(client, createPanelStores(), picked('remove', 3), 'Production EU')
    runMass(client, createPanelStores(), picked('cancel', 2))
    for (const action of ['cancel', 'retry', 'remove'] as const) runMass(client, createPanelStores(), picked(action, 1))
    expect(calls).toEqual([
      ['batch', { action: 'remove', ids: ['0', '1', '2'], confirm: 'Production EU' }],
      ['batch', { action: 'cancel', ids: ['0', '1'] }],
      ['cancel', { id: '0' }],
      ['retry', { id: '0' }],
      ['remove', { id: '0' }],
    ])
  })

  test('is asked before on production for more than one job, and everywhere before jobs are removed', () => {
    expect(asksFirst(picked('retry', 2), true)).toBe(true)
    expect(asksFirst(picked('retry', 1), true)).toBe(false)
    expect(asksFirst({ kind: 'matching', action: 'cancel', query: {} }, true)).toBe(true)
    expect(asksFirst(picked('cancel', 9), false)).toBe(false)
    expect(asksFirst(picked('remove', 1), false)).toBe(true)
  })
})
