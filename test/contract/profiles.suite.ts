import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectionProfileSchema, type ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import { planted, refused, type ApiFixture } from './api-fixture.ts'
import type { Client, ClientConnection, Transport } from './connections.ts'

/** Connection profiles through any transport, against a real runner. */
export function profilesSuite(transport: Transport, api: () => ApiFixture): void {
  describe(`profiles over ${transport.name}`, () => {
    let connection: ClientConnection
    let client: Client
    let staging: ConnectionProfile
    const name = `Staging ${transport.name}`
    const queue = { kind: 'redis', host: 'redis.example', port: 6380, tls: {} } as const
    beforeAll(async () => {
      connection = transport.connect(api())
      client = connection.client
      staging = await client.profiles.create({
        name,
        folder: 'Team/EU',
        environment: 'staging',
        queue,
        secrets: { 'queue.password': planted },
      })
    })
    afterAll(async () => {
      await client.profiles.remove({ id: staging.id })
      connection.close()
    })

    test('are added and listed with what was left out filled in, and never with a secret', async () => {
      expect(connectionProfileSchema.parse(staging)).toMatchObject({
        name,
        folder: 'Team/EU',
        colour: 'slate',
        environment: 'staging',
        readOnly: true,
        queueName: 'toril',
        prefix: 'bull',
        queue: { kind: 'redis', port: 6380, database: 0, tls: { verify: true } },
        history: { kind: 'embedded' },
        secretsSet: ['queue.password'],
      })
      const list = await client.profiles.list()
      expect(list).toMatchObject({ currentId: 'this-computer', fixedByEnvironment: false })
      expect(list.profiles).toContainEqual(staging)
      expect(JSON.stringify(list)).not.toContain(planted)
    })

    test('are changed in part', async () => {
      const changed = await client.profiles.update({ id: staging.id, colour: 'teal', folder: null })
      expect(changed).toMatchObject({ name, colour: 'teal', secretsSet: ['queue.password'] })
      expect(changed).not.toHaveProperty('folder')
    })

    test('are refused by field', async () => {
      const { id } = staging
      await refused(client.profiles.create({ name }), 'INVALID_PROFILE', /^name is the name of another/, ['name'])
      await refused(client.profiles.create({ name: '' }), 'INVALID_PROFILE', /^name must have at least 1/, ['name'])
      const wrongKind = client.profiles.create({ name: 'N', queue: { kind: 'kafka' } as never })
      await refused(wrongKind, 'INVALID_PROFILE', /^queue\.kind must be one of embedded, postgres/, ['queue', 'kind'])
      const open = client.profiles.update({ id, queue: { ...queue, password: planted } as never })
      await refused(open, 'INVALID_PROFILE', /^queue\.password is not a known field/, ['queue', 'password'])
      const crossed = client.profiles.update({ id, queue: { kind: 'postgres' } })
      await refused(crossed, 'INVALID_PROFILE', /^queue\.kind can be postgres only/, ['queue', 'kind'])
      const moved = client.profiles.update({ id, queue: { ...queue, host: 'elsewhere' } })
      await refused(moved, 'INVALID_PROFILE', /must be given again/, ['secrets', 'queue.password'])
      const strange = client.profiles.update({ id, secrets: { 'history.password': planted } })
      await refused(strange, 'INVALID_PROFILE', /nothing that asks/, ['secrets', 'history.password'])
    })

    test('that are unknown or in use are said to be', async () => {
      await refused(client.profiles.update({ id: 'none', colour: 'blue' }), 'PROFILE_NOT_FOUND', /none/)
      await refused(client.profiles.remove({ id: 'none' }), 'PROFILE_NOT_FOUND', /none/)
      await refused(client.profiles.export({ ids: ['none'] }), 'PROFILE_NOT_FOUND', /none/)
      await refused(client.profiles.remove({ id: 'this-computer' }), 'PROFILE_IN_USE', /This computer is in use/)
    })

    test('tell the queues on their server, and which of their job types are known here', async () => {
      const { queues, cut } = await client.profiles.queues({ id: 'this-computer' })
      expect(cut).toBeUndefined()
      expect(queues.find(({ chosen }) => chosen)).toMatchObject({
        name: 'toril',
        bullmqVersion: expect.any(String) as string,
      })
      for (const { jobTypes } of queues) expect(jobTypes.filter(({ known }) => !known)).toEqual([])
      const unreachable = await client.profiles.create({
        name: `Gone ${transport.name}`,
        queue: { kind: 'redis', host: '127.0.0.1', port: 1 },
      })
      await refused(
        client.profiles.queues({ id: unreachable.id }),
        'UNAVAILABLE',
        /cannot be reached: the connection was refused/,
      )
      await client.profiles.remove({ id: unreachable.id })
      await refused(client.profiles.queues({ id: 'none' }), 'PROFILE_NOT_FOUND', /none/)
    })

    test('are exported and imported, with secrets only under a passphrase', async () => {
      const ids = [staging.id]
      const bare = await client.profiles.export({ ids })
      expect(bare).not.toHaveProperty('secrets')
      const file = await client.profiles.export({ ids, passphrase: 'correct horse' })
      expect(JSON.stringify(file)).not.toContain(planted)
      const wrong = client.profiles.import({ file, passphrase: 'wrong horse' })
      await refused(wrong, 'WRONG_PASSPHRASE', /Nothing was imported/)
      await refused(client.profiles.import({ file: { profiles: [] } }), 'INVALID_PROFILE_FILE', /no file of profiles/)
      const { profiles, secretsLeftOut } = await client.profiles.import({ file, passphrase: 'correct horse' })
      expect({ secretsLeftOut, profiles }).toMatchObject({
        secretsLeftOut: false,
        profiles: [{ name: `${name} 2`, secretsSet: ['queue.password'] }],
      })
      for (const { id } of profiles) await client.profiles.remove({ id })
    })

    test('are tested step by step, as a whole or as it goes', async () => {
      const whole = await client.profiles.test({ id: 'this-computer' })
      expect(whole).toMatchObject({ over: true, ok: true, steps: [{ part: 'history', step: 'program', state: 'ok' }] })
      const draft = {
        name: 'Draft',
        queue: { kind: 'redis', port: 1 },
        secrets: { 'queue.password': planted },
      } as const
      const states: string[] = []
      for await (const told of await client.profiles.watchTest({ draft })) {
        states.push(`${told.steps.find(({ step }) => step === 'tcp')?.state} ${told.over}`)
        expect(JSON.stringify(told)).not.toContain(planted)
      }
      expect([...new Set(states)]).toEqual(['waiting false', 'running false', 'failed true'])
      const moved = { ...queue, host: 'elsewhere' }
      const astray = client.profiles.test({ id: staging.id, draft: { name, queue: moved } })
      await refused(astray, 'INVALID_PROFILE', /must be given again/, ['secrets', 'queue.password'])
      await refused(client.profiles.test({ id: 'none' }), 'PROFILE_NOT_FOUND', /none/)
      await refused(client.profiles.watchTest({ id: 'none' }), 'PROFILE_NOT_FOUND', /none/)
      await refused(client.profiles.test({}), 'INVALID_PROFILE', /^(The request|body) must have id or draft\.$/)
    })

    test('show a change of the one in use to those who watch', async () => {
      const updates = await client.updates.watch()
      const first = await updates.next()
      expect(first.value).toMatchObject({ system: { profile: { id: 'this-computer', environment: 'development' } } })
      await client.profiles.update({ id: 'this-computer', colour: 'orange' })
      for (;;) {
        const { value, done } = await updates.next()
        if (done === true) throw new Error('The stream ended.')
        if (value.system?.profile.colour === 'orange') break
      }
      await updates.return()
      await client.profiles.update({ id: 'this-computer', colour: 'slate' })
    })
  })
}
