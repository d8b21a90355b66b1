import { isContractProcedure } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { listRoutes } from '../../electron/api/http/routes.ts'
import { contract } from '../../electron/contract/contract.ts'
import type { OperationMeta } from '../../electron/contract/effect.ts'
import { jsonHeaders, openDoor, type Door } from './http-fixture.ts'
import { createRunnerDouble } from './runner-double.ts'

/** What may be done while the profile is read-only, beyond reading: it stays within this Toril. */
const allowed = [
  'jobs.profile',
  'jobs.endProfile',
  'queue.reconnect',
  'preferences.update',
  'profiles.create',
  'profiles.update',
  'profiles.remove',
  'profiles.import',
  'profiles.allowChanges',
  'profiles.endChanges',
  'profiles.use',
  'profiles.test',
  'profiles.watchTest',
]

function procedureOf(operation: string) {
  const [group = '', name = ''] = operation.split('.')
  const procedure: unknown = Reflect.get(Reflect.get(contract, group) as object, name)
  if (!isContractProcedure(procedure)) throw new Error(`${operation} is no operation.`)
  return procedure['~orpc']
}

function effectOf(operation: string): OperationMeta['effect'] {
  return (procedureOf(operation).meta as OperationMeta).effect
}

function fieldsOf(operation: string): string[] {
  const { inputSchema } = procedureOf(operation)
  return inputSchema instanceof z.ZodObject ? Object.keys(inputSchema.shape) : []
}

describe('every operation', () => {
  test('says what it does', () => {
    expect(listRoutes().filter(({ operation }) => effectOf(operation) === undefined)).toEqual([])
  })

  test('that destroys takes a dry run and the name of the profile', () => {
    const destroying = listRoutes().filter(({ operation }) => effectOf(operation) === 'destroys')
    expect(destroying.length).toBeGreaterThan(0)
    for (const { operation } of destroying)
      expect(fieldsOf(operation)).toEqual(expect.arrayContaining(['dryRun', 'confirm']))
  })

  test('that changes this Toril alone is known by name', () => {
    const own = listRoutes().filter(({ operation }) => effectOf(operation) === 'own')
    for (const { operation } of own) expect(allowed).toContain(operation)
  })

  test('that is no GET and does not say otherwise changes something', () => {
    const exceptions = ['jobs.stack', 'profiles.export', 'profiles.test']
    const odd = listRoutes().filter(
      ({ operation, method }) =>
        (method === 'GET') !== (effectOf(operation) === 'reads') &&
        effectOf(operation) !== 'own' &&
        !(['changes', 'destroys'].includes(effectOf(operation) ?? '') && method !== 'GET') &&
        !exceptions.includes(operation),
    )
    expect(odd).toEqual([])
  })
})

describe('a read-only profile', () => {
  let door: Door
  beforeAll(async () => {
    door = await openDoor({ runner: createRunnerDouble({ readOnly: true }) })
  })
  afterAll(() => door.close())

  for (const { operation, method, path, streams } of listRoutes()) {
    const changes = ['changes', 'destroys'].includes(effectOf(operation) ?? '')
    if (streams && !changes) continue
    test(`${changes ? 'refuses' : 'lets through'} ${method} ${path}`, async () => {
      const address = `/api/v1${path.replace(/\{[^}]+\}/g, 'some')}`
      const answer = await door.call(
        method,
        address,
        method === 'GET' || method === 'DELETE' ? {} : { body: '{}', headers: jsonHeaders },
      )
      if (changes) expect(answer).toMatchObject({ status: 403, json: { code: 'READ_ONLY' } })
      else expect(answer.json['code']).not.toBe('READ_ONLY')
    })
  }

  for (const { operation, method, path } of listRoutes()) {
    if (effectOf(operation) !== 'destroys') continue
    test(`lets a dry run of ${method} ${path} through, and nothing that only looks like one`, async () => {
      const call = (body: unknown) =>
        door.call(method, `/api/v1${path}`, { body: JSON.stringify(body), headers: jsonHeaders })
      const inputs: Record<string, object> = {
        'jobs.batch': { action: 'remove' },
        'queue.clean': { state: ['failed'], olderThanMs: 0 },
      }
      expect(await call({ ...inputs[operation], dryRun: true })).toMatchObject({ status: 200 })
      for (const dryRun of [false, 'true', 1, null]) {
        expect(await call({ ...inputs[operation], dryRun })).toMatchObject({ json: { code: 'READ_ONLY' } })
      }
    })
  }

  test('refuses the one preference that is kept in the queue, and no other', async () => {
    const patch = (body: unknown) =>
      door.call('PATCH', '/api/v1/preferences', { body: JSON.stringify(body), headers: jsonHeaders })
    expect((await patch({ pool: { maxThreads: 2 } })).status).toBe(200)
    const limit = await patch({ queue: { rateLimit: { max: 1, durationMs: 1000 } } })
    expect(limit).toMatchObject({ status: 403, json: { code: 'READ_ONLY' } })
  })
})
