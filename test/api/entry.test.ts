import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import { openDoor, token, type Door } from './http-fixture.ts'
import { createRunnerDouble } from './runner-double.ts'

let door: Door
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toril-panel-'))
  mkdirSync(join(folder, 'panel', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'outside')
  writeFileSync(join(folder, 'panel', 'index.html'), '<title>Panel</title>')
  writeFileSync(join(folder, 'panel', 'assets', 'app-1a2b.js'), 'start()')
  door = await openDoor({ panelDir: join(folder, 'panel') })
})
afterAll(async () => {
  await door.close()
  rmSync(folder, { recursive: true, force: true })
})

const none = { authorization: '' }

describe('the token', () => {
  const guarded = ['/api/v1/jobs', '/api/v1/openapi.json', '/api/v1/nothing', '/metrics', '/docs', '/api/v1/docs']

  test.each(guarded)('%s asks for it', async (path) => {
    for (const authorization of [undefined, 'Bearer wrong', `Bearer ${token}x`, `Basic ${token}`, 'Bearer']) {
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await callBare(path, headers)
      expect([answer.status, answer.json['code']]).toEqual([401, 'UNAUTHORIZED'])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="toril"')
    }
  })

  test('in the address of the panel becomes a cookie and leaves the address', async () => {
    const answer = await callBare(`/jobs/12?token=${token}&state=failed`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/jobs/12?state=failed'])
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/)
    const headers = { cookie: cookie.split(';')[0] ?? '' }
    expect((await callBare('/api/v1/queue', headers)).status).toBe(200)
    expect((await callBare('/', headers)).text).toContain('<title>Panel</title>')
  })

  test('redirects to this host only', async () => {
    const answer = await callBare(`//elsewhere.example/?token=${token}`)
    expect(answer.headers.get('location')).toBe('/elsewhere.example/')
  })

  test('a wrong one in the address or the cookie lets nobody in', async () => {
    const answer = await callBare('/?token=wrong')
    expect(answer.status).toBe(401)
    expect(answer.text).toContain('This token is not the one of the running Toril.')
    expect((await callBare('/api/v1/queue', { cookie: `toril-${door.port}=wrong` })).status).toBe(401)
    expect((await callBare('/api/v1/queue', { cookie: `toril-${door.port}=%zz` })).status).toBe(401)
  })

  test('a wrong bearer is not saved by a good cookie', async () => {
    const headers = { cookie: `toril-${door.port}=${token}`, authorization: 'Bearer wrong' }
    expect((await callBare('/api/v1/queue', headers)).status).toBe(401)
  })

  test('must be the own one to listen beyond this machine', async () => {
    const opening = openDoor({ host: '0.0.0.0', tokenIsGiven: false })
    await expect(opening).rejects.toThrow(/TORIL_HOST 0\.0\.0\.0 .* Set TORIL_TOKEN/)
  })
})

describe('Host and Origin', () => {
  test.each([
    ['a name that resolves here', { host: 'rebind.example' }],
    ['an address of this network', { host: '192.168.1.5:7420' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['no origin to speak of', { origin: 'null' }],
    ['an image of another page', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a script of another port', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
  ])('%s is refused', async (_name, headers) => {
    const answer = await door.call('GET', '/api/v1/queue', { headers: headers as Record<string, string> })
    expect([answer.status, answer.json['code']]).toEqual([403, 'FORBIDDEN'])
  })

  test('the own page and plain programs are let in', async () => {
    const host = `localhost:${door.port}`
    for (const headers of [{ host, origin: `http://${host}` }, { host: `127.0.0.1:${door.port}` }, { host: '[::1]' }]) {
      expect((await door.call('GET', '/api/v1/queue', { headers })).status).toBe(200)
    }
  })

  test('a link on another page opens the panel', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await door.call('GET', '/', { headers })).status).toBe(200)
  })
})

describe('the panel', () => {
  test('is asked for by every view, and not shown without the token', async () => {
    expect((await door.call('GET', '/jobs/a.b', { headers: { accept: 'text/html' } })).text).toContain('Panel')
    const answer = await callBare('/jobs')
    expect([answer.status, answer.text.includes('<form')]).toEqual([401, true])
  })

  test('has files that stay and a page that does not', async () => {
    const asset = await door.call('GET', '/assets/app-1a2b.js', { headers: none })
    expect([asset.status, asset.headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable'])
    expect((await door.call('GET', '/')).headers['cache-control']).toBe('no-cache')
    expect((await door.call('GET', '/assets/gone.js')).status).toBe(404)
    expect((await door.call('POST', '/')).status).toBe(405)
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
  ])('never leaves its folder: %s', async (path) => {
    expect((await door.call('GET', path)).text).not.toContain('outside')
  })

  test('is sent with headers that keep others out', async () => {
    const { headers } = await door.call('GET', '/')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
  })

  test('that is not built says how to build it', async () => {
    const bare = await openDoor()
    try {
      const answer = await bare.call('GET', '/')
      expect([answer.status, answer.text.includes('npm run build')]).toEqual([503, true])
    } finally {
      await bare.close()
    }
  })
})

describe('health and metrics', () => {
  test('health needs no token and says why it is not ready', async () => {
    expect((await callBare('/health')).json).toMatchObject({ ready: true, queue: 'ok' })
    const reasons = ['The database cannot be reached.']
    const health = () => Promise.resolve({ ready: false, reasons, queue: 'ok', database: 'unreachable' } as const)
    const ill = await openDoor({ runner: createRunnerDouble({ health }) })
    try {
      const answer = await ill.call('GET', '/health', { headers: none })
      expect([answer.status, answer.json['ready'], answer.json['reasons']]).toEqual([503, false, reasons])
    } finally {
      await ill.close()
    }
  })

  test('metrics are Prometheus text', async () => {
    const { headers, text: metrics } = await door.call('GET', '/metrics')
    expect(headers['content-type']).toContain('text/plain')
    expect(metrics).toContain('toril_jobs{state="active"} 2')
    expect(metrics).toContain('toril_attempts_total{outcome="completed"} 3')
    expect(metrics).toContain('toril_threads{state="busy"} 1')
    expect(metrics).toContain('toril_pool_waiting 2')
    expect(metrics).toContain('toril_queue_paused 0')
    // Counters do not grow by being read.
    expect((await door.call('GET', '/metrics')).text).toContain('toril_attempts_total{outcome="completed"} 3')
  })
})

describe('the port', () => {
  test('in use is one sentence that names TORIL_PORT', async () => {
    const opening = openDoor({ port: door.port })
    await expect(opening).rejects.toThrow(TorilError)
    await expect(opening).rejects.toThrow(/^Port \d+ on 127\.0\.0\.1 is in use\. .*TORIL_PORT/)
  })

  test('answers what is no HTTP with 400', async () => {
    const socket = connect(door.port, '127.0.0.1')
    socket.end('NONSENSE\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 [\s\S]*INVALID_REQUEST/)
  })
})

async function callBare(path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${door.url}${path}`, { headers, redirect: 'manual' })
  const body = await answer.text()
  const json = body.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {}
  return { status: answer.status, headers: answer.headers, text: body, json }
}
