import { describe, expect, it } from 'vitest'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import type { ConnectionTest } from '../../../electron/contract/connection-test.ts'
import type { FoundQueue } from '../../../electron/contract/found-queue.ts'
import { asksBeforeMove } from '../../../renderer/app/use-profile-choice.ts'
import { fillFromUrl, isConnectionUrl } from '../../../renderer/features/connections/fill-from-url.ts'
import { emptyForm } from '../../../renderer/features/connections/form-values.ts'
import { typesText } from '../../../renderer/features/connections/found-words.ts'
import { groupProfiles } from '../../../renderer/features/connections/profile-groups.ts'
import { profileFileName } from '../../../renderer/features/connections/save-file.ts'
import { stepTime, verdictOf } from '../../../renderer/features/connections/test-words.ts'
import { finishWords } from '../../../renderer/features/connections/use-dialog.tsx'

const at = '2026-11-24T14:03:27.000Z'
const profile = (name: string, more: Partial<ConnectionProfile> = {}): ConnectionProfile => ({
  id: name,
  name,
  colour: 'slate',
  environment: 'development',
  readOnly: false,
  queueName: 'toril',
  prefix: 'bull',
  queue: { kind: 'embedded' },
  history: { kind: 'embedded' },
  createdAt: at,
  updatedAt: at,
  secretsSet: [],
  ...more,
})

describe('the list of profiles', () => {
  const profiles = [
    profile('Staging 10', {
      folder: 'Team/EU',
      queue: { kind: 'redis', host: 'redis.example', port: 6380, database: 0 },
    }),
    profile('Staging 9', { folder: 'Team/EU', environment: 'staging' }),
    profile('This computer'),
    profile('Orders', {
      folder: 'Archive',
      readOnly: true,
      history: { kind: 'postgres', host: 'db.example', port: 5432, database: 'd', tls: { verify: false } },
    }),
  ]
  const shown = (search: string) =>
    groupProfiles(profiles, search).map(({ folder, profiles: members }) => [folder, members.map(({ name }) => name)])

  it('is by folder and name, those without a folder first, numbers in their order', () => {
    expect(shown('')).toEqual([
      ['', ['This computer']],
      ['Archive', ['Orders']],
      ['Team/EU', ['Staging 9', 'Staging 10']],
    ])
  })

  it.each([
    ['REDIS.example', ['Staging 10']],
    ['team 9', ['Staging 9']],
    ['read-only', ['Orders']],
    ['embedded orders', ['Orders']],
    ['tls not verified', ['Orders']],
    ['nothing like it', []],
  ])('is searched for %s over all that is known', (search, names) => {
    expect(shown(search).flatMap(([, found]) => found)).toEqual(names)
  })
})

describe('a pasted address', () => {
  it('fills server and password, and proposes a name', () => {
    expect(fillFromUrl('rediss://app:p%40ss@redis.example:6380/2', emptyForm)).toMatchObject({
      values: {
        name: 'redis.example',
        'queue.kind': 'redis',
        'queue.host': 'redis.example',
        'queue.port': '6380',
        'queue.username': 'app',
        'queue.database': '2',
        'queue.tls': 'verify',
      },
      secrets: { 'queue.password': 'p@ss' },
      said: 'Server and password filled in.',
    })
  })

  it('leaves the name and the tunnel that are there alone', () => {
    const filled = fillFromUrl('redis://127.0.0.1', { ...emptyForm, name: 'Mine' })
    if ('problem' in filled) throw new Error(filled.problem)
    expect(Object.keys(filled.values).filter((path) => /name$|tunnel|sentinel|^folder/.test(path))).toEqual([
      'queue.username',
    ])
  })

  it('of a PostgreSQL is for queue and history where nothing was said of the queue yet', () => {
    const url = 'postgresql://app:secret@db.example/toril'
    expect(fillFromUrl(url, emptyForm)).toMatchObject({
      values: { 'queue.kind': 'postgres', 'history.kind': 'postgres', 'history.database': 'toril' },
      secrets: { 'history.password': 'secret' },
    })
    const filled = fillFromUrl(url, { ...emptyForm, 'queue.kind': 'managed-redis' })
    expect('values' in filled && filled.values).not.toHaveProperty('queue.kind')
  })

  it('that cannot be read is refused without its password', () => {
    const filled = fillFromUrl('mysql://app:secret@db.example', emptyForm)
    expect(filled).toEqual({ problem: expect.stringContaining('must start with redis://') as string })
    expect(JSON.stringify(filled)).not.toContain('secret')
  })

  it.each([
    ['redis://h', true],
    [' rediss://h', true],
    ['postgres://h/d', true],
    ['unix:/run/redis.sock', true],
    ['redis.example', false],
    ['https://h', false],
  ])('%s is one: %s', (text, is) => {
    expect(isConnectionUrl(text)).toBe(is)
  })
})

describe('words', () => {
  const test = (states: ConnectionTest['steps'][number]['state'][], over = true): ConnectionTest => ({
    steps: states.map((state) => ({ part: 'queue', step: 'tcp', state })),
    ms: 1,
    over,
    ok: over && !states.includes('failed'),
  })

  it('say what a test came to', () => {
    expect(verdictOf(test(['ok', 'warning']), false)?.text).toBe('Works, 1 warning')
    expect(verdictOf(test(['ok']), false)?.text).toBe('Works')
    expect(verdictOf(test(['ok', 'failed', 'skipped']), false)?.text).toBe('Does not work')
    expect(verdictOf(test(['running'], false), true)?.text).toBe('Testing')
    const { steps, ...whole } = test(['failed', 'skipped'])
    const hostKey = { name: 'bastion', host: 'bastion', port: 22, keyType: 'ssh-ed25519', fingerprint: 'SHA256:x' }
    const asked = steps.map((step, index) => (index === 0 ? { ...step, hostKey } : step))
    // A host key that was never seen is a question, and no fault of the form.
    expect(verdictOf({ ...whole, steps: asked }, false)).toEqual({ tone: 'retry', text: 'Asks you' })
    expect(verdictOf(test(['running'], false), false)).toBeUndefined()
  })

  it('say how long a step took', () => {
    expect([undefined, 0.42, 18.4, 1200].map(stepTime)).toEqual(['', '0.4\u00a0ms', '18\u00a0ms', '1,200\u00a0ms'])
  })

  it('name the file of an export', () => {
    expect(profileFileName('Production EU / 2')).toBe('toril-production-eu-2.json')
    expect(profileFileName('—')).toBe('toril-profile.json')
    expect(profileFileName(undefined)).toBe('toril-profiles.json')
  })

  it('say which jobs of a queue Toril knows', () => {
    const queue = (names: Record<string, boolean>): FoundQueue => ({
      name: 'orders',
      counts: { waiting: 0, delayed: 0, 'waiting-children': 0, active: 0, completed: 0, failed: 0 },
      paused: false,
      jobTypes: Object.entries(names).map(([name, known]) => ({ name, known })),
      chosen: false,
    })
    expect(typesText(queue({}))).toBe('No job to tell its types by.')
    expect(typesText(queue({ a: true }))).toBe('Toril knows the job type seen in it.')
    expect(typesText(queue({ a: true, b: false }))).toBe('Toril knows 1 of 2 job types: not known is b.')
    expect(typesText(queue({ b: false, c: false }))).toBe('Not made for Toril: not known are b and c.')
  })
})

describe('a move to another profile', () => {
  it('is asked about where jobs run, and into production and away from it', () => {
    const [production, staging] = [{ environment: 'production' }, { environment: 'staging' }] as const
    expect(asksBeforeMove(staging, staging, 0)).toBe(false)
    expect(asksBeforeMove(undefined, staging, 1)).toBe(true)
    expect(asksBeforeMove(staging, production, 0)).toBe(true)
    expect(asksBeforeMove(production, staging, 0)).toBe(true)
  })

  it('says what becomes of the jobs that run', () => {
    const back = 'to wait in Orders, and no attempt is used up.'
    expect(finishWords(1, '10 s', 'Orders')).toBe(`1 job runs now and has 10 s to finish. Then it goes back ${back}`)
    expect(finishWords(2, '10 s', 'Orders')).toBe(`2 jobs run now and have 10 s to finish. Then they go back ${back}`)
    expect(finishWords(0, '10 s', 'Orders')).toMatch(/^No job runs now\./)
  })
})
