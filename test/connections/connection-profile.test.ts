import { describe, expect, test } from 'vitest'
import {
  connectionProfileSchema,
  isRemote,
  profileColours,
  profileDraftSchema,
  profilePatchSchema,
  secretPaths,
  secretPathsOf,
  settingsOf,
  type ConnectionProfile,
  type HostPort,
  type ProfileColour,
  type ProfileDraft,
  type ProfileEnvironment,
  type ProfilePatch,
  type QueueKind,
} from '../../electron/contract/connection-profile.ts'

const settings = (draft: ProfileDraft) => settingsOf(profileDraftSchema.parse(draft))

/** `path message` of everything that is wrong with a draft. */
function problems(draft: unknown): string[] {
  const parsed = profileDraftSchema.safeParse(draft)
  return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`)
}

const seed: HostPort = { host: 'c1', port: 7000 }
const tls = { caFile: '/ca.pem', verify: true }
const tunnel = { host: 'bastion', user: 'ana' }
const postgres = { kind: 'postgres', host: 'db.example', database: 'toril' } as const

describe('a profile', () => {
  test('that says nothing but its name is the embedded one', () => {
    expect(settings({ name: ' This computer ' })).toEqual({
      name: 'This computer',
      colour: 'slate',
      environment: 'development',
      readOnly: false,
      queueName: 'toril',
      prefix: 'bull',
      queue: { kind: 'embedded' },
      history: { kind: 'embedded' },
    })
  })

  test.each<[string, Extract<ProfileDraft['queue'], { kind: QueueKind }>]>([
    ['the history as queue', { kind: 'postgres' }],
    ['a managed Redis', { kind: 'managed-redis' }],
    ['Redis', { kind: 'redis', host: 'r.example', username: 'app', database: 3, tls, tunnel }],
    ['a socket', { kind: 'redis', socket: '/run/redis.sock' }],
    ['Sentinel', { kind: 'sentinel', sentinels: [{ host: 's1', port: 26379 }], masterName: 'main', sentinelTls: tls }],
    ['Cluster', { kind: 'cluster', seeds: [seed], natMap: { '10.0.0.1:7000': seed } }],
  ])('can have %s', (_kind, queue) => {
    expect(problems({ name: 'P', queue, history: postgres })).toEqual([])
  })

  test('is filled with the usual ports, database and habits', () => {
    expect(settings({ name: 'P', queue: { kind: 'redis', host: 'r', tunnel }, history: postgres })).toMatchObject({
      queue: { port: 6379, database: 0, tunnel: { auth: 'auto', sshConfig: true, keepaliveMs: 15_000 } },
      history: { port: 5432 },
    })
  })

  test('that leads to another computer starts read-only, unless it says otherwise', () => {
    const remote: ProfileDraft = { name: 'P', queue: { kind: 'redis', host: 'redis.example' } }
    expect(settings(remote).readOnly).toBe(true)
    expect(settings({ ...remote, readOnly: false }).readOnly).toBe(false)
    expect(settings({ name: 'P', history: postgres }).readOnly).toBe(true)
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '::1', 'redis.localhost']) {
      expect(settings({ name: 'P', queue: { kind: 'redis', host } }).readOnly).toBe(false)
    }
    expect(isRemote(settings({ name: 'P', queue: { kind: 'redis', host: 'localhost', tunnel } }))).toBe(true)
  })

  test('of production starts read-only, unless it says otherwise', () => {
    expect(settings({ name: 'P', environment: 'production' }).readOnly).toBe(true)
    expect(settings({ name: 'P', environment: 'production', readOnly: false }).readOnly).toBe(false)
    expect(settings({ name: 'S', environment: 'staging' }).readOnly).toBe(false)
  })

  test('of production starts crimson', () => {
    const coloursOf: Record<ProfileEnvironment, ProfileColour> = {
      development: 'slate',
      staging: 'slate',
      production: 'crimson',
    }
    for (const environment of ['development', 'staging', 'production'] as const) {
      expect(settings({ name: 'P', environment }).colour).toBe(coloursOf[environment])
    }
    expect(settings({ name: 'P', environment: 'production', colour: 'blue' }).colour).toBe('blue')
    expect(profileColours).toContain('crimson')
  })

  test.each<[string, unknown, string]>([
    ['no name', { name: '  ' }, 'name '],
    ['too long a name', { name: 'x'.repeat(61) }, 'name '],
    ['an empty folder in between', { name: 'P', folder: 'Team//EU' }, 'folder must be names with / between them'],
    ['a colour of its own', { name: 'P', colour: 'pink' }, 'colour '],
    ['a queue name with a colon', { name: 'P', queueName: 'a:b' }, 'queueName must have no colon'],
    ['an unknown kind', { name: 'P', queue: { kind: 'kafka' } }, 'queue.kind '],
    [
      'the queue in an embedded history',
      { name: 'P', queue: { kind: 'postgres' } },
      'queue.kind can be postgres only when',
    ],
    ['a host with its port', { name: 'P', queue: { kind: 'redis', host: 'h:6379' } }, 'queue.host must be a host name'],
    ['a URL for a host', { name: 'P', queue: { kind: 'redis', host: 'redis://h' } }, 'queue.host must be a host name'],
    ['a port of 0', { name: 'P', queue: { kind: 'redis', host: 'h', port: 0 } }, 'queue.port '],
    [
      'a socket behind a tunnel',
      { name: 'P', queue: { kind: 'redis', socket: '/s', tunnel } },
      'queue.tunnel cannot be used with a unix socket',
    ],
    [
      'a socket with TLS',
      { name: 'P', queue: { kind: 'redis', socket: '/s', tls } },
      'queue.tls cannot be used with a unix socket',
    ],
    [
      'a certificate without its key',
      { name: 'P', queue: { kind: 'redis', host: 'h', tls: { certFile: '/c' } } },
      'queue.tls.keyFile is needed with certFile',
    ],
    [
      'a relative file',
      { name: 'P', queue: { kind: 'redis', host: 'h', tls: { caFile: 'ca.pem' } } },
      'queue.tls.caFile must be an absolute path',
    ],
    ['no sentinel', { name: 'P', queue: { kind: 'sentinel', sentinels: [], masterName: 'm' } }, 'queue.sentinels '],
    [
      'a database of a cluster',
      { name: 'P', queue: { kind: 'cluster', seeds: [{ host: 'h', port: 1 }], database: 1 } },
      'queue ',
    ],
    [
      'a NAT map without ports',
      { name: 'P', queue: { kind: 'cluster', seeds: [{ host: 'h', port: 1 }], natMap: { h: { host: 'h', port: 1 } } } },
      'queue.natMap.h ',
    ],
    [
      'a key that is nowhere',
      { name: 'P', queue: { kind: 'redis', host: 'h', tunnel: { host: 'b', auth: 'key', sshConfig: false } } },
      'queue.tunnel.keyFile is needed when',
    ],
    ['a password in the open', { name: 'P', queue: { kind: 'redis', host: 'h', password: 'x' } }, 'queue '],
    [
      'a secret that nothing asks for',
      { name: 'P', secrets: { 'queue.password': 'x' } },
      'secrets.queue.password cannot be set',
    ],
    ['a secret of no field', { name: 'P', secrets: { 'queue.pin': 'x' } }, 'secrets'],
    [
      'a socket of PostgreSQL with TLS',
      { name: 'P', history: { ...postgres, host: '/run', tls } },
      'history.tls cannot be used',
    ],
  ])('with %s is refused, and the field named', (_what, draft, problem) => {
    expect(problems(draft).join('\n')).toContain(problem)
  })
})

describe('the secrets of a profile', () => {
  test('are those of what it has', () => {
    expect(secretPathsOf(settings({ name: 'P' }))).toEqual([])
    const full = settings({
      name: 'P',
      queue: {
        kind: 'sentinel',
        sentinels: [{ host: 's', port: 1 }],
        masterName: 'm',
        tls: { certFile: '/c', keyFile: '/k' },
        sentinelTls: { certFile: '/c', keyFile: '/k' },
        tunnel,
      },
      history: { ...postgres, tls: { certFile: '/c', keyFile: '/k' }, tunnel },
    })
    expect(secretPathsOf(full)).toEqual(secretPaths)
  })

  test('are no part of what is read', () => {
    const now = new Date().toISOString()
    const profile: ConnectionProfile = {
      id: 'p',
      ...settings({ name: 'P', queue: { kind: 'redis' } }),
      createdAt: now,
      updatedAt: now,
      secretsSet: ['queue.password'],
    }
    expect(connectionProfileSchema.parse(profile)).toEqual(profile)
    expect(connectionProfileSchema.safeParse({ ...profile, secrets: {} }).success).toBe(false)
  })
})

test('a patch fills nothing in, and can take away folder and secrets', () => {
  const patch: ProfilePatch = { folder: null, secrets: { 'queue.password': null } }
  expect(profilePatchSchema.parse(patch)).toEqual(patch)
  expect(profilePatchSchema.parse({})).toEqual({})
})
