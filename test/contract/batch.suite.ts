import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refused, type ApiFixture } from './api-fixture.ts'
import type { Client, ClientConnection, Transport } from './connections.ts'

type Input = Parameters<Client['jobs']['batch']>[0]

/** Batches through any transport, against a real runner. */
export function batchSuite(transport: Transport, api: () => ApiFixture): void {
  describe(`jobs over ${transport.name}`, () => {
    let connection: ClientConnection
    let client: Client
    beforeAll(() => {
      connection = transport.connect(api())
      client = connection.client
    })
    afterAll(() => connection.close())

    const add = () => client.jobs.enqueue({ type: 'add-two-numbers', input: { a: 1, b: 2 } })

    async function last(input: Input) {
      let told
      for await (const progress of await client.jobs.batch(input)) told = progress
      return told
    }

    /** Jobs stay where they are until the queue goes on. */
    async function whilePaused(run: () => Promise<void>): Promise<void> {
      expect((await client.queue.pause()).paused).toBe(true)
      try {
        await run()
      } finally {
        expect((await client.queue.resume()).paused).toBe(false)
      }
    }

    test('are cancelled, retried and removed as a batch of all that match', async () => {
      await whilePaused(async () => {
        const mark = `batch-${Math.random()}`
        const input = { a: 1, b: 1 }
        const ids: string[] = []
        for (let n = 0; n < 5; n += 1) {
          ids.push((await client.jobs.enqueue({ type: 'add-two-numbers', input, options: { priority: 77 } })).id)
        }
        const which = { type: 'add-two-numbers', filter: `priority:77 id:${ids.join(',')}` }
        expect(await last({ action: 'retry', ...which })).toMatchObject({ total: 0, over: true })
        const cancelled = await last({ action: 'cancel', ...which, reason: mark })
        expect(cancelled).toEqual({ total: 5, done: 5, failed: 0, over: true })
        expect((await client.jobs.get({ id: ids[0] ?? '' })).error?.message).toMatch(`: ${mark}`)
        expect(await last({ action: 'retry', ...which })).toMatchObject({ total: 5, done: 5 })
        // The queue has let go of them: the same input and options made new jobs.
        const whole = { type: 'add-two-numbers', filter: 'priority:77' }
        const again = await client.jobs.list({ ...whole, state: ['waiting'] })
        expect(again.total).toBe(5)
        expect(await last({ action: 'remove', ...whole })).toMatchObject({ total: 10, done: 10 })
        expect((await client.jobs.list(whole)).total).toBe(0)
      })
      await refused(client.jobs.list({ filter: 'colour:red' }), 'INVALID_REQUEST', /colour/)
    })

    test('are cancelled, retried and removed as a batch of those that are named', async () => {
      await whilePaused(async () => {
        const [first, second, third] = [await add(), await add(), await add()]
        const ids = [first.id, second.id]
        expect(await last({ action: 'cancel', ids, dryRun: true })).toEqual({
          total: 2,
          done: 0,
          failed: 0,
          over: true,
          dryRun: true,
          byState: { waiting: 2 },
        })
        // Named twice it is one job, and what there is none of is told.
        const cancelled = await last({ action: 'cancel', ids: [...ids, first.id, 'none'], reason: 'picked' })
        expect(cancelled).toMatchObject({ total: 3, done: 2, failed: 1, over: true })
        expect(cancelled?.firstError).toContain('none')
        expect((await client.jobs.get({ id: second.id })).error?.message).toMatch(/: picked$/)
        expect(await last({ action: 'cancel', ids, dryRun: true })).toMatchObject({ total: 0, byState: {} })
        expect(await last({ action: 'cancel', ids })).toMatchObject({ total: 2, done: 0, failed: 2 })
        expect((await client.jobs.get({ id: third.id })).state).toBe('waiting')
        expect(await last({ action: 'remove', ids: [...ids, third.id] })).toMatchObject({ total: 3, done: 3 })
      })
      for (const which of [{ type: 'add-two-numbers' }, { filter: 'priority:7' }, { state: ['waiting'] }] as const) {
        const both = client.jobs.batch({ action: 'cancel', ids: ['1'], ...which } as Input)
        await refused(both, 'INVALID_REQUEST', /cannot be given with ids/, Object.keys(which))
      }
      await refused(client.jobs.batch({ action: 'cancel', ids: [] }), 'INVALID_REQUEST', /ids/)
    })
  })
}
