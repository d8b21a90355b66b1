import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listRoutes } from '../../electron/api/http/routes.ts'
import { descendantsOf } from '../support/process-children.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { createCli, textOf, type Cli, type Started } from './cli-fixture.ts'

const planted = 'planted-Sesame-7731'
const token = `token-${planted}`

let redis: TestRedis
const stops: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  redis = await startTestRedis({ password: planted })
  stops.push(() => redis.stop())
})
afterAll(() => stopAll(stops))

/** Tells what a job finds of the environment, by each way that asks no right of its own. */
const spying = `export default {
  name: 'spy', title: 'Reads the environment', input: { type: 'object' },
  async run(_input, { services }) {
    const [{ all }] = await services.db.$queryRawUnsafe("SELECT string_agg(name || setting, ' ') AS all FROM pg_settings")
    return JSON.stringify([process.env, all])
  },
}\n`

/** How Toril is given the password of the same Redis; each leads to servers of Toril's own beside it. */
const given: Record<string, () => Record<string, string>> = {
  'TORIL_PROFILE, with the history embedded': () => ({
    TORIL_PROFILE: JSON.stringify({
      queue: { kind: 'redis', port: redis.port },
      secrets: { 'queue.password': planted },
    }),
  }),
  'REDIS_URL, with the history embedded': () => ({ REDIS_URL: `redis://:${planted}@127.0.0.1:${redis.port}` }),
  'TORIL_PROFILE, for a managed Redis': () => ({
    TORIL_PROFILE: JSON.stringify({ queue: { kind: 'managed-redis' }, folder: planted }),
  }),
}

describe.each(Object.keys(given))('a password given in %s', (how) => {
  let cli: Cli
  let serve: Started
  beforeAll(async () => {
    cli = await createCli()
    cli.addJobType('spy', spying)
    serve = cli.start(['serve'], { TORIL_TOKEN: token, ...given[how]?.() })
    await serve.printed(/Toril is ready/)
  })
  afterAll(() => cli.close())

  test.runIf(process.platform === 'linux')('is neither in the environment nor on the line of a server', async () => {
    const pids = await descendantsOf(serve.child.pid ?? 0)
    const names: string[] = []
    for (const pid of pids) {
      // It may have ended by now.
      const read = (file: string) => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'latin1')
        } catch {
          return ''
        }
      }
      names.push(read('comm').trim())
      expect([read('comm'), read('environ'), read('cmdline')].join('\n')).not.toContain(planted)
    }
    expect(names).toContain('postgres')
    if (how.includes('managed')) expect(names).toContain('redis-server')
  })

  test('is not found by a job, in its thread or through the database', async () => {
    const { id } = await cli.json('enqueue', 'spy', '{}')
    await expect.poll(async () => (await cli.json('job', String(id)))['state']).toBe('completed')
    const { result } = await cli.json('job', String(id))
    expect(result).toContain('PATH')
    expect(result).not.toContain(planted)
  })
})

describe('a password of a profile', () => {
  let cli: Cli
  let serve: Started
  let id: string
  beforeAll(async () => {
    cli = await createCli()
    serve = cli.start(['serve'])
    await serve.printed(/Toril is ready/)
    const address = ['--url', `redis://127.0.0.1:${redis.port}`, '--password-env', 'PW']
    await cli.run(['profiles', 'add', 'Stored', ...address], { PW: planted })
    id = String((await cli.json('profiles', 'edit', 'Stored', 'readOnly=false'))['id'])
    await cli.run(['profiles', 'use', 'Stored'])
  })
  afterAll(() => cli.close())

  async function call(method: string, path: string, body?: unknown, limit = Infinity) {
    const { url, token: own } = JSON.parse(readFileSync(join(cli.dataDir, 'runner.json'), 'utf8')) as {
      url: string
      token: string
    }
    const headers = { authorization: `Bearer ${own}`, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const ended = new AbortController()
    const answer = await fetch(`${url}${path}`, { method, headers, ...sent, signal: ended.signal })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true })
      if (text.length > limit) break
    }
    ended.abort()
    return { path, status: answer.status, text }
  }

  test('is in no answer to a question', async () => {
    const { id: job } = await cli.json('enqueue', 'add-two-numbers', '{"a": 1, "b": 2}')
    const questions = listRoutes().filter(({ method }) => method === 'GET')
    const answers = []
    for (const { path, streams } of questions) {
      const of = path.startsWith('/profiles') ? id : String(job)
      answers.push(await call('GET', `/api/v1${path.replace('{id}', of)}`, undefined, streams ? 1 : Infinity))
    }
    for (const path of ['/health', '/metrics', '/api/v1/openapi.json']) answers.push(await call('GET', path))
    answers.push(await call('POST', '/api/v1/profiles/export', {}))
    answers.push(await call('POST', '/api/v1/profiles/export', { passphrase: 'correct horse' }))
    const tested = await call('POST', '/api/v1/profiles/test', { id })
    answers.push(tested, await call('POST', '/api/v1/profiles/test/steps', { id }))
    expect(tested.text).toContain('"ok":true')
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(answers.filter(({ text }) => text.includes(planted))).toEqual([])
  })

  const wrong: [string, string, object][] = [
    ['PATCH', '/profiles/{id}', { secrets: { 'history.password': planted } }],
    ['PATCH', '/profiles/{id}', { queue: { kind: 'redis', host: planted, password: planted } }],
    ['PATCH', '/profiles/{id}', { queue: { kind: 'redis', host: `me:${planted}@h` } }],
    ['PATCH', '/profiles/{id}', { queue: { kind: planted } }],
    ['PATCH', '/profiles/{id}', { queue: `redis://:${planted}@h`, secrets: [planted] }],
    ['PATCH', '/profiles/{id}', { secrets: { 'queue.password': planted.repeat(4000) } }],
    ['POST', '/profiles', { name: 'X', secrets: planted }],
    ['POST', '/profiles', { name: 'X', queue: { kind: 'redis' }, secrets: { 'queue.password': { deep: planted } } }],
    ['POST', '/profiles', { name: 'X', history: { kind: 'postgres', host: `me:${planted}@h`, database: 'd' } }],
    ['POST', '/profiles/import', { file: { secrets: planted }, passphrase: planted }],
    ['POST', '/profiles/import', { file: planted, passphrase: { deep: planted } }],
    ['POST', '/profiles/export', { passphrase: [planted] }],
    ['POST', '/profiles/test', { draft: { name: 'X', queue: `redis://:${planted}@h` } }],
    [
      'POST',
      '/profiles/test',
      { draft: { name: 'X', queue: { kind: 'redis' }, secrets: { 'queue.password': [planted] } } },
    ],
  ]
  test.each(wrong)('is not repeated by what refuses %s %s %j', async (method, path, body) => {
    const { status, text } = await call(method, `/api/v1${path.replace('{id}', id)}`, body)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(text).not.toContain(planted)
  })

  test('is not told by a test that a server refuses', async () => {
    const secrets = { 'queue.password': `wrong-${planted}`, 'queue.tunnel.password': `wrong-${planted}` }
    const queues = [
      { kind: 'redis', port: redis.port },
      { kind: 'redis', port: redis.port, tls: {} },
      { kind: 'redis', port: redis.port, username: 'someone' },
      { kind: 'redis', host: 'nowhere.invalid' },
      { kind: 'sentinel', sentinels: [{ host: '127.0.0.1', port: redis.port }], masterName: 'm' },
      { kind: 'cluster', seeds: [{ host: '127.0.0.1', port: redis.port }] },
      { kind: 'redis', port: redis.port, tunnel: { host: '127.0.0.1', port: redis.port, sshConfig: false } },
    ]
    const told = queues.map(async (queue) => {
      const own = 'tunnel' in queue ? secrets : { 'queue.password': secrets['queue.password'] }
      return call('POST', '/api/v1/profiles/test', { draft: { name: 'X', queue, secrets: own } })
    })
    for (const answer of await Promise.all(told)) {
      expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"ok":false') })
      expect(answer.text).not.toContain(planted)
    }
  })
})

test('a password of a profile stands in no file, and in no line of the runner to its end', async () => {
  const cli = await createCli()
  try {
    const serve = cli.start(['serve'])
    await serve.printed(/Toril is ready/)
    const add = ['profiles', 'add', 'Stored', '--url', `redis://127.0.0.1:${redis.port}`, '--password-env', 'PW']
    const said = [await cli.run(add, { PW: planted }), await cli.run(['profiles', 'use', 'Stored'])]
    const wrong = ['profiles', 'edit', 'Stored', '--password-env', 'PW']
    said.push(await cli.run(wrong, { PW: `wrong-${planted}` }))
    for (const act of ['test', 'queues', 'use']) said.push(await cli.run(['profiles', act, 'Stored']))
    expect(said.map(({ code }) => code)).toEqual([0, 0, 0, 1, 0, 4])
    serve.child.kill('SIGTERM')
    said.push(await serve.finished)
    expect(said.map(({ stdout, stderr }) => stdout + stderr).filter((text) => text.includes(planted))).toEqual([])
    expect(textOf(cli.dataDir)).not.toContain(planted)
    expect(textOf(cli.dataDir)).toContain('"box": "key-file"')
  } finally {
    await cli.close()
  }
})
