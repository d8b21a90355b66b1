import { describe, expect, it } from 'vitest'
import { profileSettingsSchema, type ProfileSettings } from '../../../electron/contract/connection-profile.ts'
import { draftOf } from '../../../renderer/features/connections/form-draft.ts'
import { patchOf } from '../../../renderer/features/connections/form-patch.ts'
import {
  fieldOf,
  fittingSecrets,
  placeIssues,
  problemsOf,
} from '../../../renderer/features/connections/form-problems.ts'
import { emptyForm, formOf } from '../../../renderer/features/connections/form-values.ts'

const settings = (fields: object): ProfileSettings =>
  profileSettingsSchema.parse({
    name: 'Staging',
    colour: 'teal',
    environment: 'staging',
    readOnly: false,
    queue: { kind: 'embedded' },
    history: { kind: 'embedded' },
    ...fields,
  })

const tls = {
  caFile: '/etc/ca.pem',
  certFile: '/etc/client.pem',
  keyFile: '/etc/client.key',
  serverName: 'redis.example',
  verify: false,
}
const tunnel = {
  host: 'bastion',
  port: 2222,
  user: 'ana',
  auth: 'key',
  keyFile: '/home/ana/.ssh/id',
  sshConfig: false,
  jump: [{ host: 'first' }, { host: 'second', port: 23 }, { host: 'third', user: 'eva' }, { host: '::1', port: 22 }],
  keepaliveMs: 0,
}

const every = {
  embedded: settings({ folder: 'Team/EU', queueName: 'orders', readOnly: true }),
  'managed Redis': settings({ queue: { kind: 'managed-redis' }, prefix: 'mine' }),
  Redis: settings({ queue: { kind: 'redis', host: '::1', port: 6380, username: 'app', database: 3, tls, tunnel } }),
  'a unix socket': settings({ queue: { kind: 'redis', socket: '/run/redis.sock', database: 1 } }),
  Sentinel: settings({
    queue: {
      kind: 'sentinel',
      sentinels: [
        { host: 's1', port: 26_379 },
        { host: 'fe80::1', port: 1 },
      ],
      masterName: 'main',
      username: 'app',
      sentinelUsername: 'watch',
      sentinelTls: { verify: true },
      tls,
      tunnel,
    },
  }),
  Cluster: settings({
    queue: {
      kind: 'cluster',
      seeds: [{ host: 'a', port: 7000 }],
      natMap: { '10.0.0.5:6379': { host: 'redis.example', port: 7001 } },
      tls: { verify: true },
    },
  }),
  PostgreSQL: settings({
    queue: { kind: 'postgres' },
    history: { kind: 'postgres', host: 'db', port: 5433, database: 'toril', user: 'app', tls, tunnel },
  }),
  'a PostgreSQL of a socket': settings({
    history: { kind: 'postgres', host: '/run/postgresql', database: 'toril' },
  }),
}

describe('the form of a profile', () => {
  it.each(Object.entries(every))('loses nothing of %s', (_kind, profile) => {
    const { draft, issues } = draftOf(formOf(profile))
    expect(issues).toEqual([])
    expect(profileSettingsSchema.parse(draft)).toEqual(profile)
    expect(problemsOf(formOf(profile)).size).toBe(0)
  })

  it('leaves colour and read-only of a new profile to Toril', () => {
    const { draft } = draftOf({ ...emptyForm, name: 'New' })
    expect(draft).not.toHaveProperty('colour')
    expect(draft).not.toHaveProperty('readOnly')
  })

  it('keeps what was entered for another kind, and sends none of it', () => {
    const { draft } = draftOf({ ...formOf(every.Redis), 'queue.kind': 'managed-redis' })
    expect(draft.queue).toEqual({ kind: 'managed-redis' })
  })
})

describe('problems of a form', () => {
  const base = formOf(every.Redis)

  it.each([
    [{ name: ' ' }, 'name', 'is required'],
    [{ 'queue.port': '70000' }, 'queue.port', 'must be at most 65535'],
    [{ 'queue.port': 'six' }, 'queue.port', 'must be a whole number'],
    [
      { 'queue.host': 'a:1' },
      'queue.host',
      'must be a host name or an address; port, user and scheme have fields of their own',
    ],
    [{ folder: '/x' }, 'folder', 'must be names with / between them'],
    [{ 'queue.kind': 'cluster', 'queue.seeds': '' }, 'queue.seeds', 'is required'],
    [{ 'queue.kind': 'cluster', 'queue.seeds': 'a:b' }, 'queue.seeds', 'has “a:b”, which is not of the form host:port'],
    [{ 'queue.tls.keyFile': '' }, 'queue.tls.keyFile', 'is needed with certFile'],
    [{ 'queue.tunnel.host': '' }, 'queue.tunnel.host', 'is required'],
    [
      { 'queue.kind': 'postgres' },
      'queue.kind',
      'can be postgres only when the history is on a PostgreSQL of yours; history.kind is embedded',
    ],
  ] as const)('of %j stand at the field %s', (change, path, message) => {
    expect([...problemsOf({ ...base, ...change })]).toEqual([[path, message]])
  })

  it('stand at the field that holds the list', () => {
    expect(fieldOf('queue.sentinels.0.host')).toBe('queue.sentinels')
    expect(fieldOf('queue.natMap.10.0.0.5:6379.port')).toBe('queue.natMap')
    expect(fieldOf('secrets.queue.password')).toBe('secrets.queue.password')
    expect(fieldOf('unheard')).toBeUndefined()
  })

  it('are told as a sentence where no field is to blame', () => {
    const placed = placeIssues([
      { path: 'unheard', message: 'is new' },
      { path: 'name', message: 'is the name of another profile' },
    ])
    expect(placed.rest).toBe('unheard is new')
    expect([...placed.problems]).toEqual([['name', 'is the name of another profile']])
  })
})

describe('what is sent', () => {
  it('is only what was changed, parts as wholes, an emptied folder as null', () => {
    const before = draftOf(formOf(every.embedded)).draft
    const after = draftOf({ ...formOf(every.embedded), folder: '', 'queue.kind': 'managed-redis' }).draft
    expect(patchOf(before, after)).toEqual({ folder: null, queue: { kind: 'managed-redis' } })
    expect(patchOf(before, before)).toEqual({})
  })

  it('has only passwords that the kind asks for', () => {
    const { draft } = draftOf(formOf(every['a unix socket']))
    const secrets = { 'queue.password': 'a', 'history.password': 'b', 'queue.tunnel.password': null }
    expect(fittingSecrets(draft, secrets)).toEqual({ 'queue.password': 'a' })
  })
})
