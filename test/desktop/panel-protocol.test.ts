import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPanelHandler } from '../../electron/main/panel-protocol.ts'

describe('app://toril', () => {
  let folder: string
  let handle: (request: Request) => Promise<Response>
  const get = (url: string, init?: RequestInit) => handle(new Request(url, init))

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toril-protocol-'))
    await mkdir(join(folder, 'panel', 'assets'), { recursive: true })
    await mkdir(join(folder, 'panel-other'))
    await writeFile(join(folder, 'panel', 'index.html'), '<!doctype html><title>Toril</title>')
    await writeFile(join(folder, 'panel', 'assets', 'index-1.js'), 'export {}')
    await writeFile(join(folder, 'secret.txt'), 'secret')
    await writeFile(join(folder, 'panel-other', 'secret.txt'), 'secret')
    handle = createPanelHandler(join(folder, 'panel'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('serves the panel and its files with their types', async () => {
    const page = await get('app://toril/')
    expect(page.status).toBe(200)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const script = await get('app://toril/assets/index-1.js')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('answers a route of the panel with the panel', async () => {
    for (const route of ['/jobs', '/jobs/48213', '/enqueue/hash-folder?from=1', '/..', '/jobs/..']) {
      const answer = await get(`app://toril${route}`)
      expect(answer.status, route).toBe(200)
      expect(await answer.text()).toContain('<title>Toril</title>')
    }
  })

  test.each([
    'app://toril/../secret.txt',
    'app://toril/%2e%2e/secret.txt',
    'app://toril/..%2fsecret.txt',
    'app://toril/..%2Fsecret.txt',
    'app://toril/assets/..%2f..%2fsecret.txt',
    'app://toril/..%2fpanel-other%2fsecret.txt',
    'app://toril/%252e%252e%252fsecret.txt',
    'app://toril//secret.txt',
    'app://toril/..%5csecret.txt',
    'app://toril/%00.html',
    'app://toril/%zz',
    'app://other/index.html',
    'app://toril:81/index.html',
    'app://toril/missing.js',
  ])('does not leave its folder for %s', async (url) => {
    const answer = await get(url)
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('secret')
  })

  test('takes no method that changes something', async () => {
    expect((await get('app://toril/', { method: 'POST', body: 'x' })).status).toBe(405)
    const head = await get('app://toril/', { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
  })

  test('sends a policy that lets only the panel’s own scripts run, with errors too', async () => {
    for (const path of ['/', '/missing.js']) {
      const policy = (await get(`app://toril${path}`)).headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).not.toContain('unsafe-eval')
      expect(policy).toContain("frame-ancestors 'none'")
    }
  })
})
