import { describe, expect, it } from 'vitest'
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import { changedSince } from '../../electron/runner/connections/changed-since.ts'

const opened: ConnectionProfile = {
  id: 'orders',
  name: 'Orders',
  colour: 'slate',
  environment: 'staging',
  readOnly: false,
  queueName: 'toril',
  prefix: 'bull',
  queue: { kind: 'redis', host: 'redis.example', port: 6379, database: 0 },
  history: { kind: 'embedded' },
  createdAt: '2026-11-24T14:00:00.000Z',
  updatedAt: '2026-11-24T14:00:00.000Z',
  secretsSet: [],
}
const later = (more: Partial<ConnectionProfile>): ConnectionProfile => ({
  ...opened,
  updatedAt: '2026-11-24T15:00:00.000Z',
  ...more,
})

describe('a profile that was saved while it is in use', () => {
  it.each<[string, Partial<ConnectionProfile>]>([
    ['leads to another server', { queue: { kind: 'redis', host: 'other.example', port: 6379, database: 0 } }],
    ['leads to another queue', { queueName: 'mail' }],
    ['keeps its history elsewhere', { history: { kind: 'postgres', host: 'db', port: 5432, database: 'd' } }],
    ['has got a password', { secretsSet: ['queue.password'] }],
    ['has got another password, which nobody can see', {}],
  ])('has to be used again when it %s', (_how, more) => {
    expect(changedSince(opened, later(more))).toBe(true)
  })

  it('counts at once in everything else', () => {
    expect(changedSince(opened, later({ name: 'Shop', colour: 'blue', environment: 'production' }))).toBe(false)
    expect(changedSince(opened, later({ readOnly: true }))).toBe(false)
    expect(changedSince(opened, opened)).toBe(false)
  })
})
