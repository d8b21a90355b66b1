import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { profileDraftSchema, type ProfileDraft } from '../../../electron/contract/connection-profile.ts'
import { testConnection } from '../../../electron/runner/connections/checks/test-connection.ts'
import { createProfileStore } from '../../../electron/runner/connections/profiles/create-profile-store.ts'
import { createKeyFileBox } from '../../../electron/runner/connections/profiles/key-file-box.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'toril-profiles-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const open = () => createProfileStore({ dataDir, box: createKeyFileBox(join(dataDir, 'secrets.key')) })

const planted = 'planted-Sesame-7731'
const remote: ProfileDraft = {
  name: 'Production EU',
  queue: { kind: 'redis', host: 'redis.example', username: 'app', tls: {} },
  secrets: { 'queue.password': planted },
}
const never = new AbortController().signal
const draftOf = (queue: object) => profileDraftSchema.parse({ name: 'Draft', queue })
const invalid = (path: string[], message: RegExp) =>
  expect.objectContaining({
    code: 'INVALID_PROFILE',
    issues: [{ path, message: expect.stringMatching(message) as string }],
  }) as Error

describe('stored profiles', () => {
  test('send no secret to another server than the one it was entered for', async () => {
    const store = await open()
    const { id } = await store.create({
      ...remote,
      queue: {
        kind: 'redis',
        host: 'redis.example',
        tunnel: { host: 'bastion' },
        tls: { certFile: '/c', keyFile: '/k' },
      },
      secrets: { 'queue.password': planted, 'queue.tunnel.password': planted, 'queue.tls.keyPassphrase': planted },
    })
    const queue = {
      kind: 'redis',
      host: 'evil.example',
      tunnel: { host: 'bastion' },
      tls: { certFile: '/c', keyFile: '/k' },
    } as const
    await expect(store.update(id, { queue })).rejects.toThrow(
      invalid(['secrets', 'queue.password'], /^must be given again/),
    )
    const moved = { ...queue, host: 'redis.example', tunnel: { host: 'evil' } }
    await expect(store.update(id, { queue: moved })).rejects.toMatchObject({
      issues: [{ path: ['secrets', 'queue.password'] }, { path: ['secrets', 'queue.tunnel.password'] }],
    })
    expect(store.get(id).queue).toMatchObject({ host: 'redis.example', tunnel: { host: 'bastion' } })
    const given = { 'queue.password': 'new' }
    expect(await store.update(id, { queue, secrets: given })).toMatchObject({ queue: { host: 'evil.example' } })
    expect(store.secretsOf(store.get(id))).toMatchObject({ ...given, 'queue.tls.keyPassphrase': planted })
  })

  const tls = { caFile: '/ca.pem', serverName: 'redis.example' }
  const loosened: Record<string, object | undefined> = {
    'no TLS': undefined,
    'no look at the certificate': { ...tls, verify: false },
    'another authority': { ...tls, caFile: '/other.pem' },
    'the authorities of the system': { serverName: tls.serverName },
    'another name': { ...tls, serverName: 'evil.example' },
    'the name of the host': { caFile: tls.caFile },
  }
  test.each(Object.keys(loosened))('send no secret to a server with %s instead', async (how) => {
    const rest = loosened[how] === undefined ? {} : { tls: loosened[how] }
    const store = await open()
    const sentinels = [{ host: 's.example', port: 26_379 }]
    const sentinel = { kind: 'sentinel', sentinels, masterName: 'main', tls, sentinelTls: tls } as const
    const redis = { kind: 'redis', host: 'redis.example', tls } as const
    const history = { kind: 'postgres', host: 'db.example', database: 'd', tls } as const
    const first = await store.create({
      ...remote,
      queue: redis,
      history,
      secrets: { 'queue.password': planted, 'history.password': planted },
    })
    const second = await store.create({
      name: 'Sentinels',
      queue: sentinel,
      secrets: { 'queue.password': planted, 'queue.sentinelPassword': planted },
    })
    const { tls: _tls, ...bareRedis } = redis
    const { tls: _toHistory, ...bareHistory } = history
    const { tls: _toServers, ...bareServers } = sentinel
    const { sentinelTls: _toSentinels, ...bareSentinels } = sentinel
    const other = 'tls' in rest ? { sentinelTls: rest.tls } : {}
    const again = (path: string) => invalid(['secrets', path], /^must be given again/)
    const update = (id: string, patch: object) => store.update(id, patch)
    await expect(update(first.id, { queue: { ...bareRedis, ...rest } })).rejects.toThrow(again('queue.password'))
    await expect(update(first.id, { history: { ...bareHistory, ...rest } })).rejects.toThrow(again('history.password'))
    await expect(update(second.id, { queue: { ...bareServers, ...rest } })).rejects.toThrow(again('queue.password'))
    await expect(update(second.id, { queue: { ...bareSentinels, ...other } })).rejects.toMatchObject({
      issues: [{ path: ['secrets', 'queue.password'] }, { path: ['secrets', 'queue.sentinelPassword'] }],
    })
    const draft = draftOf({ ...bareRedis, ...rest })
    expect(() => testConnection(store, { id: first.id, draft }, { dataDir }, never)).toThrow(again('queue.password'))
    expect(store.get(first.id).queue).toMatchObject(redis)
  })

  test('send no secret to another master, and ask for none where TLS is made better', async () => {
    const store = await open()
    const sentinels = [{ host: 's.example', port: 26_379 }]
    const queue = { kind: 'sentinel', sentinels, masterName: 'main' } as const
    const secrets = { 'queue.password': planted, 'queue.sentinelPassword': planted }
    const { id } = await store.create({ name: 'Sentinels', queue: { ...queue, tls: { verify: false } }, secrets })
    await expect(store.update(id, { queue: { ...queue, masterName: 'other', tls } })).rejects.toThrow(
      invalid(['secrets', 'queue.password'], /^must be given again/),
    )
    await store.update(id, { queue: { ...queue, tls, sentinelTls: tls } })
    expect(store.secretsOf(store.get(id))).toEqual(secrets)
  })
})
