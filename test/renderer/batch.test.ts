import { expect, test } from 'vitest'
import type { BatchProgress } from '../../electron/contract/batch.ts'
import { runBatch } from '../../renderer/features/job-actions/run-batch.ts'
import type { Client } from '../../renderer/lib/client.ts'
import { createPanelStores } from '../../renderer/lib/panel-stores.ts'

type Told = Omit<BatchProgress, 'over'>

/** A runner that tells these, then waits for the stop if it is to, or breaks. */
function clientOf(told: readonly Told[], end: 'over' | 'waits' | 'breaks'): Client {
  const batch = (_input: unknown, { signal }: { signal: AbortSignal }) =>
    Promise.resolve(
      (async function* () {
        for (const progress of told) yield { ...progress, over: end === 'over' && progress === told.at(-1) }
        if (end === 'breaks') throw new Error('The connection is gone.')
        if (end === 'over') return
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
      })(),
    )
  return { jobs: { batch } } as unknown as Client
}

const half = { total: 10, done: 5, failed: 0 }

test('a batch shows how far it is, and a toast how it ended', async () => {
  const stores = createPanelStores()
  const seen: (number | undefined)[] = []
  stores.batch.subscribe(({ batch }) => seen.push(batch?.progress?.done))
  await runBatch(clientOf([half, { total: 10, done: 10, failed: 0 }], 'over'), stores, 'retry', {})
  expect(seen).toEqual([undefined, 5, 10, undefined])
  expect(stores.toasts.getState().toasts).toMatchObject([{ title: '10 jobs back in the queue', glyph: 'queued' }])
})

test('jobs that refused are counted, with the first reason', async () => {
  const stores = createPanelStores()
  const told = [{ total: 3, done: 1, failed: 2, firstError: 'Job 7 is running.' }]
  await runBatch(clientOf(told, 'over'), stores, 'remove', {})
  expect(stores.toasts.getState().toasts).toMatchObject([
    { role: 'alert', title: '1 job removed, 2 not', detail: 'Job 7 is running.' },
  ])
})

test('a batch that is stopped says what it left', async () => {
  const stores = createPanelStores()
  const running = runBatch(clientOf([half], 'waits'), stores, 'cancel', {})
  await expect.poll(() => stores.batch.getState().batch?.progress?.done).toBe(5)
  stores.batch.getState().batch?.stop()
  await running
  expect(stores.batch.getState().batch).toBeUndefined()
  expect(stores.toasts.getState().toasts).toMatchObject([
    { title: '5 jobs asked to stop or cancelled', detail: 'Stopped. 5 left as they are.' },
  ])
})

test('a batch that breaks off says how far it came', async () => {
  const stores = createPanelStores()
  await runBatch(clientOf([half], 'breaks'), stores, 'cancel', {})
  expect(stores.toasts.getState().toasts).toMatchObject([{ role: 'alert', title: 'The batch ended after 5 of 10' }])
})
