import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { listenDoor, token } from './http-fixture.ts'
import { createRunnerDouble } from './runner-double.ts'

test('until there is a runner the port answers that Toril is starting, and lets nobody through', async () => {
  const door = await listenDoor()
  onTestFinished(() => door.close())
  const health = await door.call('GET', '/health', { headers: { authorization: '' } })
  expect([health.status, health.json]).toMatchObject([503, { ready: false, reasons: ['Toril is starting.'] }])
  for (const path of ['/', '/api/v1/queue', '/metrics', '/docs']) {
    const { status, json } = await door.call('GET', path)
    expect([path, status, json['code']]).toEqual([path, 503, 'UNAVAILABLE'])
  }
  expect((await door.call('GET', '/health', { headers: { host: 'rebind.example' } })).status).toBe(403)
  expect(await socketAnswer(door.port)).toBe('refused')

  door.open(createRunnerDouble())
  expect((await door.call('GET', '/health')).status).toBe(200)
  expect((await door.call('GET', '/api/v1/queue')).status).toBe(200)
  expect(await socketAnswer(door.port)).toBe('open')
})

async function socketAnswer(port: number): Promise<'open' | 'refused'> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?token=${token}`)
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.close()
      resolve('open')
    })
    socket.once('error', () => resolve('refused'))
  })
}
