import { describe, expect, test } from 'vitest'
import {
  profileDraftSchema,
  settingsOf,
  type ConnectionProfile,
  type ProfileDraft,
} from '../../../electron/contract/connection-profile.ts'
import { chosenProfile, wantedConnections } from '../../../electron/runner/connections/profiles/environment-profile.ts'
import { readEnvironment } from '../../../electron/runner/environment.ts'

const planted = 'planted-Sesame-7731'

function wanted(variables: Record<string, string>, draft: ProfileDraft = { name: 'P' }) {
  const at = '2026-11-24T14:03:27.120Z'
  const settings = settingsOf(profileDraftSchema.parse(draft))
  const current: ConnectionProfile = { id: 'p', ...settings, createdAt: at, updatedAt: at, secretsSet: [] }
  const secretsOf = (_profile: unknown, part?: string) => ({ [`${part ?? ''}.password`]: 'stored' })
  return wantedConnections(current, { secretsOf }, readEnvironment(variables))
}

describe('TORIL_PROFILE', () => {
  const read = (text: string) => chosenProfile(readEnvironment({ TORIL_PROFILE: text }))

  test('is a name or id, or a profile as JSON with its secrets', () => {
    expect(read('Production EU')).toBe('Production EU')
    expect(read('')).toBeUndefined()
    const queue = { kind: 'redis', host: 'r.example' }
    expect(read(JSON.stringify({ queue, secrets: { 'queue.password': planted } }))).toMatchObject({
      settings: { name: 'Environment', readOnly: false, queue: { host: 'r.example', port: 6379 } },
      secrets: { 'queue.password': planted },
    })
    expect(read(JSON.stringify({ queue, readOnly: true }))).toMatchObject({ settings: { readOnly: true } })
  })

  test.each([
    [`{"secrets": {"queue.password": "${planted}"`, 'not valid JSON'],
    [`{"queue": {"kind": "redis", "password": "${planted}"}}`, 'is no profile: queue'],
    [`{"secrets": {"queue.password": "${planted}"}}`, 'is no profile: secrets.queue.password cannot be set'],
    [`{"name": 7}`, 'is no profile: name'],
  ])('that is wrong says why and repeats no secret: %s', (text, why) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ message: expect.stringContaining(why) as string }))
    expect(() => read(text)).not.toThrow(planted)
  })
})

test.each(['postgresql://me:12?34@h/d', 'postgres://me:12#34@h/d', 'postgres://me:12/34@h/d'])(
  'a DATABASE_URL whose password ends the host early is refused and not repeated: %s',
  (url) => {
    expect(() => readEnvironment({ DATABASE_URL: url })).toThrow(/DATABASE_URL: has a .* must be percent-encoded/)
    expect(() => readEnvironment({ DATABASE_URL: url })).not.toThrow('34')
    expect(readEnvironment({ DATABASE_URL: 'postgres://me@h/d?password=a@b' }).DATABASE_URL).toContain('a@b')
  },
)

describe('the environment', () => {
  const redis: ProfileDraft = { name: 'P', queueName: 'orders', prefix: 'shop', queue: { kind: 'redis', host: 'r' } }

  test('leaves the profile alone where it says nothing', () => {
    const { queue, history, queueName, prefix, environment, ...rest } = wanted({}, redis)
    expect({ queueName, prefix, environment }).toEqual({ queueName: 'orders', prefix: 'shop', environment: [] })
    expect([queue, history]).toMatchObject([{ kind: 'redis', host: 'r' }, { kind: 'embedded' }])
    expect(rest.queueSecrets()).toEqual({ 'queue.password': 'stored' })
    expect([rest.queueSetting, rest.historySetting]).toEqual(['the profile P', 'the profile P'])
  })

  test('beats it field by field, and says so without secrets', () => {
    const variables = {
      REDIS_URL: `redis://me:${planted}@h.example/2`,
      DATABASE_URL: `postgresql://me:${planted}@db.example/toril?sslmode=require`,
      TORIL_QUEUE: 'toril',
    }
    const result = wanted(variables, redis)
    expect(result).toMatchObject({
      queueName: 'toril',
      prefix: 'shop',
      queue: { kind: 'redis', host: 'h.example', database: 2 },
      history: { kind: 'url', url: variables.DATABASE_URL },
      queueSetting: 'REDIS_URL',
      historySetting: 'DATABASE_URL',
    })
    expect(result.queueSecrets()).toEqual({ 'queue.password': planted })
    expect(result.environment).toEqual([
      { variable: 'REDIS_URL', field: 'profile.queue', value: 'h.example:6379/2' },
      { variable: 'DATABASE_URL', field: 'profile.history', value: 'db.example/toril' },
      { variable: 'TORIL_QUEUE', field: 'profile.queueName', value: 'toril' },
    ])
  })

  test('names a Redis of this computer by its port alone', () => {
    expect(wanted({ REDIS_PORT: '7000' })).toMatchObject({
      queue: { kind: 'redis', host: '127.0.0.1', port: 7000 },
      environment: [{ variable: 'REDIS_PORT', value: '127.0.0.1:7000/0' }],
    })
    expect(wanted({ REDIS_URL: 'h', REDIS_PORT: '7000' }).queue).toMatchObject({ host: 'h', port: 7000 })
    expect(wanted({ REDIS_URL: 'redis://h:1', REDIS_PORT: '7000' }).queue).toMatchObject({ host: 'h', port: 1 })
  })

  test('with a database of its own replaces the embedded one for the queue too', () => {
    const variables = { DATABASE_URL: 'postgresql://db/toril' }
    expect(wanted(variables).queue).toEqual({ kind: 'postgres' })
    expect(wanted(variables, redis).queue).toMatchObject({ kind: 'redis' })
  })

  test.each([
    ['http://h', 'REDIS_URL must start with redis://'],
    ['postgresql://h/d', 'REDIS_URL leads to a PostgreSQL'],
    ['redis://h/x', 'REDIS_URL has a database that is not a number'],
  ])('that is wrong names the variable: %s', (url, message) => {
    expect(() => wanted({ REDIS_URL: url })).toThrow(
      expect.objectContaining({ code: 'INVALID_PREFERENCES', message: expect.stringContaining(message) as string }),
    )
  })
})
