import { isContractProcedure } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listRoutes } from '../../electron/api/http/routes.ts'
import { contract } from '../../electron/contract/contract.ts'
import type { OperationMeta } from '../../electron/contract/effect.ts'
import type { ApiFixture } from './api-fixture.ts'
import type { Client, ClientConnection, Transport } from './connections.ts'

type Call = (input: unknown) => Promise<unknown>

function member(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, name) => Reflect.get(at as object, name), tree)
}

function effectOf(operation: string): OperationMeta['effect'] {
  const procedure = member(contract, operation)
  return isContractProcedure(procedure) ? (procedure['~orpc'].meta as OperationMeta).effect : undefined
}

/** Fits the paths of all operations; the guards come before an input is looked at. */
const anything = { id: 'some', type: 'some', params: { id: 'some', type: 'some' }, body: {} }

/** What each act that destroys needs beside the dry run and the name. A new one has to be added here. */
const acts: Record<string, object> = {
  'jobs.batch': { action: 'cancel', type: 'add-two-numbers', filter: 'priority:99' },
  'queue.drain': {},
  'queue.clean': { state: ['cancelled'], olderThanMs: 0 },
  'queue.obliterate': {},
}

/** What keeps a profile from being changed through by accident, through any transport, against a real runner. */
export function safetySuite(transport: Transport, api: () => ApiFixture): void {
  describe(`safety over ${transport.name}`, () => {
    let connection: ClientConnection
    let client: Client
    const id = 'this-computer'
    const confirm = 'This computer'
    beforeAll(async () => {
      connection = transport.connect(api())
      client = connection.client
      await client.profiles.update({ id, environment: 'production' })
      await client.queue.pause()
    })
    afterAll(async () => {
      await client.profiles.update({ id, environment: 'development', readOnly: false, confirm })
      await client.queue.resume()
      connection.close()
    })

    const call = (operation: string, input: unknown): Promise<unknown> => (member(client, operation) as Call)(input)

    async function last(operation: string, input: object): Promise<unknown> {
      let told: unknown
      for await (const progress of (await call(operation, input)) as AsyncIterable<unknown>) told = progress
      return told
    }

    test('an operation that changes is refused while the profile is read-only, each with the one code', async () => {
      await client.profiles.update({ id, readOnly: true })
      try {
        for (const { operation } of listRoutes()) {
          if (!['changes', 'destroys'].includes(effectOf(operation) ?? 'changes')) continue
          const error: unknown = await call(operation, anything).catch((reason: unknown) => reason)
          expect([operation, error]).toMatchObject([operation, { code: 'READ_ONLY', status: 403 }])
        }
        for (const [operation, input] of Object.entries(acts)) {
          const told = await last(operation, { ...input, dryRun: true })
          expect([operation, told]).toMatchObject([operation, { dryRun: true, done: 0, over: true }])
        }
      } finally {
        const refused = client.profiles.update({ id, readOnly: false })
        await expect(refused).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED', status: 409 })
        await client.profiles.update({ id, readOnly: false, confirm })
      }
    })

    test('an act that destroys asks for the name of a production profile, and does nothing without', async () => {
      expect(Object.keys(acts).toSorted()).toEqual(
        listRoutes()
          .map(({ operation }) => operation)
          .filter((operation) => effectOf(operation) === 'destroys')
          .toSorted(),
      )
      const enqueued = []
      for (let n = 0; n < 2; n += 1) {
        const job = { type: 'add-two-numbers', input: { a: n, b: 1 }, options: { priority: 99 } }
        enqueued.push((await client.jobs.enqueue(job)).id)
      }
      for (const [operation, input] of Object.entries(acts)) {
        for (const name of [undefined, 'this computer', '']) {
          const given = name === undefined ? input : { ...input, confirm: name }
          const error: unknown = await call(operation, given).catch((reason: unknown) => reason)
          const message = expect.stringMatching(/This computer is production.* jobs?\b.*Nothing was changed/) as string
          const expected = { code: 'CONFIRMATION_REQUIRED', status: 409, message }
          expect([operation, error]).toMatchObject([operation, expected])
        }
      }
      const picked = { action: 'cancel', ids: enqueued }
      await expect(call('jobs.batch', picked)).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED', status: 409 })
      for (const one of enqueued) expect((await client.jobs.get({ id: one })).state).toBe('waiting')
      expect(await last('jobs.batch', { ...acts['jobs.batch'], confirm })).toMatchObject({ done: 2, over: true })
      expect(await last('queue.drain', { confirm })).toMatchObject({ failed: 0, over: true })
      expect(await last('queue.clean', { ...acts['queue.clean'], confirm, limit: 1 })).toMatchObject({ done: 1 })
      expect(await last('queue.obliterate', { confirm })).toMatchObject({ failed: 0, over: true })
    })

    test('the tag of a production profile is taken away only under its name', async () => {
      const untagged = (more: object) => client.profiles.update({ id, environment: 'staging', ...more })
      await expect(untagged({})).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' })
      await expect(untagged({ name: 'Other', confirm: 'Other' })).rejects.toMatchObject({
        code: 'CONFIRMATION_REQUIRED',
      })
      expect((await untagged({ confirm })).environment).toBe('staging')
      await client.profiles.update({ id, environment: 'production' })
    })
  })
}
