import { createORPCClient, type ORPCError } from '@orpc/client'
import { RPCLink as MessagePortLink } from '@orpc/client/message-port'
import { RPCLink as WebSocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { get, type IncomingMessage } from 'node:http'
import { MessageChannel } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { createPortServer } from '../../electron/api/transports/message-port.ts'
import type { Contract } from '../../electron/contract/contract.ts'
import type { JobEvent } from '../../electron/contract/job.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { openDoor, token, type Door } from './http-fixture.ts'
import { createEndlessEvents, createRunnerDouble, jobOf } from './runner-double.ts'

const opened: Door[] = []
afterEach(async () => {
  for (const door of opened.splice(0)) await door.close()
})

async function open(jobs: Partial<Runner['jobs']>): Promise<Door> {
  const door = await openDoor({ runner: createRunnerDouble({ jobs }) })
  opened.push(door)
  return door
}

function socketTo(door: Door, headers: Record<string, string>, path = '/ws'): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${door.port}${path}`, { headers })
}

const bearer = { authorization: `Bearer ${token}` }

describe('server-sent events', () => {
  test('carry each event as JSON and end with the job', async () => {
    const door = await open({
      async *events(id): AsyncGenerator<JobEvent> {
        yield { kind: 'job', job: jobOf(id) }
        yield { kind: 'progress', progress: { ratio: 0.5 } }
        await Promise.resolve()
      },
    })
    const { status, headers, text } = await door.call('GET', '/api/v1/jobs/7/events')
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream'])
    const data = [...text.matchAll(/^event: message\ndata: (.*)$/gm)].map(
      ([, json]) => JSON.parse(json ?? '') as JobEvent,
    )
    expect(data.map(({ kind }) => kind)).toEqual(['job', 'progress'])
    expect(text.startsWith(': ')).toBe(true)
  })

  test.each([
    ['?hidden=true', { hidden: true }],
    ['?hidden=false', { hidden: false }],
    ['', {}],
  ])('of updates%s tell the runner whether somebody looks', async (query, expected) => {
    const asked: unknown[] = []
    const double = createRunnerDouble()
    const watch: Runner['watch'] = (signal, input) => {
      asked.push(input ?? {})
      return double.watch(signal)
    }
    const door = await openDoor({ runner: createRunnerDouble({ watch }) })
    opened.push(door)
    expect((await door.call('GET', `/api/v1/updates${query}`)).status).toBe(200)
    expect(asked).toEqual([expected])
    const wrong = await door.call('GET', '/api/v1/updates?hidden=maybe')
    expect([wrong.status, wrong.json['message']]).toEqual([400, 'hidden must be true or false.'])
  })

  test('of an unknown job are a plain 404', async () => {
    const door = await open({})
    expect((await door.call('GET', '/api/v1/jobs/none/events')).json['code']).toBe('JOB_NOT_FOUND')
  })

  test('let the runner go when the reader leaves', async () => {
    const endless = createEndlessEvents()
    const door = await open(endless)
    const request = get({ host: '127.0.0.1', port: door.port, path: '/api/v1/jobs/1/events', headers: bearer })
    request.on('error', () => {})
    await new Promise((resolve) => request.on('response', (response) => response.once('data', resolve)))
    request.destroy()
    await endless.ended
  })

  test('end when the door closes', async () => {
    const endless = createEndlessEvents()
    const door = await openDoor({ runner: createRunnerDouble({ jobs: endless }) })
    const request = get({ host: '127.0.0.1', port: door.port, path: '/api/v1/jobs/1/events', headers: bearer })
    request.on('error', () => {})
    const response = await new Promise<IncomingMessage>((resolve) => request.on('response', resolve))
    response.on('error', () => {}).resume()
    const closed = new Promise((resolve) => response.once('close', resolve))
    await Promise.all([door.close(), closed, endless.ended])
  })
})

describe('a WebSocket', () => {
  test('streams, and lets the runner go when it closes', async () => {
    const endless = createEndlessEvents()
    const door = await open(endless)
    const socket = socketTo(door, bearer)
    const client = createORPCClient<ContractRouterClient<Contract>>(new WebSocketLink({ websocket: socket as never }))
    const events = await client.jobs.events({ id: '1' })
    expect((await events.next()).value).toMatchObject({ kind: 'job' })
    socket.close()
    await endless.ended
  })

  test('is let in by the cookie of the own page or by a token in its address', async () => {
    const door = await open({})
    const own = { origin: `http://127.0.0.1:${door.port}`, cookie: `toril-${door.port}=${token}` }
    for (const socket of [socketTo(door, own), socketTo(door, {}, `/ws?token=${token}`)]) {
      await new Promise((resolve, reject) => {
        socket.once('open', resolve)
        socket.once('error', reject)
      })
      socket.close()
    }
  })

  test.each([
    ['no token', {}, '/ws', 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, '/ws', 401],
    ['a foreign page', { ...bearer, origin: 'https://evil.example' }, '/ws', 403],
    ['a foreign host name', { ...bearer, host: 'evil.example' }, '/ws', 403],
    ['another path', bearer, '/socket', 404],
  ])('with %s is refused', async (_name, headers, path, status) => {
    const door = await open({})
    const refused = await new Promise((resolve) =>
      socketTo(door, headers, path).once('unexpected-response', (_request, response) => resolve(response.statusCode)),
    )
    expect(refused).toBe(status)
  })

  test('that sends nonsense is left alone and does no harm', async () => {
    const door = await open({})
    const socket = socketTo(door, bearer)
    await new Promise((resolve) => socket.once('open', resolve))
    socket.send('{nonsense')
    socket.send(Buffer.from([1, 2, 3]))
    await expect.poll(() => door.lines.length).toBe(2)
    const client = createORPCClient<ContractRouterClient<Contract>>(new WebSocketLink({ websocket: socket as never }))
    expect((await client.jobs.get({ id: '5' })).id).toBe('5')
    socket.close()
  })
})

describe('a MessagePort', () => {
  function connect(runner: Runner, log: (line: string) => void = () => {}) {
    const { port1, port2 } = new MessageChannel()
    createPortServer(runner, log)(port1)
    const client = createORPCClient<ContractRouterClient<Contract>>(new MessagePortLink({ port: port2 }))
    port2.start()
    return { client, port: port2 }
  }

  test('carries calls, codes and issues', async () => {
    const { client, port } = connect(createRunnerDouble())
    expect((await client.jobs.get({ id: '3' })).id).toBe('3')
    expect((await client.jobs.cancel({ id: '3' })).message).toBe('Cancelled by panel.')
    const wrong: unknown = await client.jobs
      .enqueue({ type: 'x', input: 1, options: { attempts: 0 } })
      .catch((error: unknown) => error)
    expect(wrong).toMatchObject({
      code: 'INVALID_REQUEST',
      status: 400,
      message: 'options.attempts must be at least 1.',
      data: { issues: [{ path: ['options', 'attempts'], message: 'must be at least 1' }] },
    } satisfies Partial<ORPCError<string, unknown>>)
    port.close()
  })

  test('lets the runner go when the page closes its end', async () => {
    const endless = createEndlessEvents()
    const { client, port } = connect(createRunnerDouble({ jobs: endless }))
    const events = await client.jobs.events({ id: '1' })
    await events.next()
    port.close()
    await endless.ended
  })

  test('an error in the middle of a stream keeps its code and hides its cause', async () => {
    const lines: string[] = []
    async function* events(): AsyncGenerator<JobEvent> {
      yield { kind: 'progress', progress: { ratio: 0 } }
      await Promise.resolve()
      throw new Error('secret detail')
    }
    const { client, port } = connect(createRunnerDouble({ jobs: { events } }), (line) => lines.push(line))
    const stream = await client.jobs.events({ id: '1' })
    await stream.next()
    await expect(stream.next()).rejects.toMatchObject({
      code: 'INTERNAL',
      message: expect.not.stringContaining('secret') as string,
    })
    expect(lines.join()).toContain('jobs.events failed: Error: secret detail')
    port.close()
  })

  test('logs what makes no sense and goes on', async () => {
    const lines: string[] = []
    const { client, port } = connect(createRunnerDouble(), (line) => lines.push(line))
    port.postMessage('{nonsense')
    port.postMessage(12)
    expect((await client.jobs.get({ id: '3' })).id).toBe('3')
    expect(lines).toHaveLength(2)
    port.close()
  })
})
