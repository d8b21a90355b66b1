import { createServer, type AddressInfo, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitForPostgres } from '../../electron/runner/connections/wait-for-postgres.ts'
import { placeOf } from '../../electron/runner/connections/postgres-errors.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

let postgres: TestPostgres

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterAll(() => postgres.stop())

function changed(change: (url: URL) => void): string {
  const url = new URL(postgres.url)
  change(url)
  return url.href
}

/** Answers every connection with what `reply` writes, on a free loopback port. */
async function withServer<Value>(reply: (socket: Socket) => void, work: (port: number) => Promise<Value>) {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    reply(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work((server.address() as AddressInfo).port)
  } finally {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  }
}

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

const ready = message('Z', Buffer.from('I'))

/** As much of the protocol as it takes to say one version. */
function speakVersion(version: string) {
  return (socket: Socket) => {
    socket.once('data', () => {
      socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ready]))
      socket.once('data', () => {
        const column = Buffer.concat([
          Buffer.from('\0\x01version\0'),
          Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255]),
          Buffer.from([255, 255, 255, 255, 0, 0]),
        ])
        const length = Buffer.alloc(6)
        length.writeInt16BE(1)
        length.writeInt32BE(version.length, 2)
        socket.write(
          Buffer.concat([
            message('T', column),
            message('D', Buffer.concat([length, Buffer.from(version)])),
            message('C', Buffer.from('SELECT 1\0')),
            ready,
          ]),
        )
      })
    })
  }
}

test('a server that answers tells its version', async () => {
  expect(await waitForPostgres({ url: postgres.url })).toBe(18)
})

test('a refused connection names the place and the setting', async () => {
  const port = await withServer(
    () => undefined,
    async (free) => free,
  )
  await expect(waitForPostgres({ url: `postgresql://me:secret@127.0.0.1:${port}/app` })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `PostgreSQL at 127.0.0.1:${port} refused the connection. Start the server, or correct host and port in DATABASE_URL.`,
  })
})

test('a wrong password, a missing database and a missing socket each get their own sentence', async () => {
  const wrongPassword = changed((url) => (url.password = 'wrong'))
  await expect(waitForPostgres({ url: wrongPassword })).rejects.toThrow(
    /refused the user toril: wrong user or password/,
  )
  const noDatabase = changed((url) => (url.pathname = '/absent'))
  await expect(waitForPostgres({ url: noDatabase })).rejects.toThrow(/has no database absent\. Create it/)
  const noSocket = changed((url) => url.searchParams.set('host', '/nowhere'))
  await expect(waitForPostgres({ url: noSocket })).rejects.toThrow(/PostgreSQL at \/nowhere has no socket there/)
})

test('TLS asked of a server without it says so', async () => {
  const tls = changed((url) => url.searchParams.set('sslmode', 'require'))
  await expect(waitForPostgres({ url: tls })).rejects.toThrow(
    /does not speak TLS\. Set sslmode=disable in DATABASE_URL/,
  )
})

test('a server that is too old is named with its version', async () => {
  await withServer(speakVersion('130011'), async (port) => {
    await expect(waitForPostgres({ url: `postgresql://me:pw@127.0.0.1:${port}/app` })).rejects.toThrow(
      /is version 13, but Toril needs 14 or newer/,
    )
  })
})

test('a server that comes up while waiting is found', async () => {
  const port = await withServer(
    () => undefined,
    async (free) => free,
  )
  const waiting = waitForPostgres({ url: `postgresql://me:pw@127.0.0.1:${port}/app` }, { timeoutMs: 20_000 })
  const server = createServer(speakVersion('170002'))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  try {
    expect(await waiting).toBe(17)
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
})

test('no sentence holds the password', async () => {
  const wrongPassword = changed((url) => (url.password = 'hunter2secret'))
  const error: unknown = await waitForPostgres({ url: wrongPassword }).catch((reason: unknown) => reason)
  expect(String(error)).not.toContain('hunter2secret')
  expect(placeOf({ url: 'postgresql://me:hunter2secret@db.example:6543/app' })).toBe('PostgreSQL at db.example:6543')
})
