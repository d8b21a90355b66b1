import { readdirSync } from 'node:fs'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/redis.ts'
import { untilTrue } from '../support/until-true.ts'
import { createCli, type Cli } from './cli-fixture.ts'

let cli: Cli
beforeEach(async () => {
  cli = await createCli()
})
afterEach(() => cli.close())

async function listening(server: Server): Promise<number> {
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

test('a port in use is one sentence, before the runner or its database were started', async () => {
  const port = await listening(createServer())
  const { code, stdout, stderr } = await cli.run(['serve', '--port', String(port)])
  expect([code, stdout]).toEqual([4, ''])
  expect(stderr).toBe(
    `Port ${port} on 127.0.0.1 is in use. Stop what uses it, or set TORIL_PORT to another port, 0 for any free one.\n`,
  )
  expect(readdirSync(cli.dataDir)).toEqual(['token'])
})

test('a runner whose database keeps it waiting has its port, and says that it is starting', async () => {
  const sockets = createServer()
  const silent = await listening(sockets)
  sockets.on('connection', (socket) => socket.on('error', () => socket.destroy()))
  const port = await freePort()
  cli.start(['serve', '--port', String(port)], {
    DATABASE_URL: `postgresql://toril@127.0.0.1:${silent}/toril`,
    REDIS_URL: `redis://127.0.0.1:${silent}`,
  })
  let health: Response | undefined
  await untilTrue('the port to answer', async () => {
    health = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined)
    return health !== undefined
  })
  expect(health?.status).toBe(503)
  expect(await health?.json()).toMatchObject({ ready: false, reasons: ['Toril is starting.'] })
})
