import type { ClientContext, ClientLink } from '@orpc/client'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createReconnecting, waitBeforeTry } from '../../renderer/lib/reconnect.ts'
import type { Line, Transport } from '../../renderer/lib/transport.ts'
import { createConnectionStore } from '../../renderer/stores/connection.ts'
import { patienceMs } from '../patience.ts'

interface FakeLine extends Line {
  breakOff(): void
}

function fakeLine(answer: string): FakeLine {
  const { promise, resolve } = Promise.withResolvers<void>()
  const link: ClientLink<ClientContext> = { call: () => Promise.resolve(answer) }
  return { link, closed: promise, close: resolve, breakOff: resolve }
}

/** A transport that opens the given lines one after the other, and refuses after that. */
function transportOf(...lines: FakeLine[]): Transport & { tries: number } {
  const transport = {
    kind: 'browser' as const,
    tries: 0,
    open: () => {
      const line = lines[transport.tries]
      transport.tries += 1
      return line === undefined ? Promise.reject(new Error('refused')) : Promise.resolve(line)
    },
  }
  return transport
}

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

function start(transport: Transport) {
  const connection = createConnectionStore()
  const reconnecting = createReconnecting(transport, connection)
  stops.push(reconnecting.start())
  return { connection, reconnecting }
}

const call = (link: ClientLink<ClientContext>): Promise<unknown> =>
  link.call(['queue', 'get'], undefined, { context: {} })

test('the wait before a try doubles up to half a minute', () => {
  expect([0, 1, 2, 3, 4, 5, 60].map(waitBeforeTry)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
})

describe('a line that reconnects', () => {
  test('lets a call wait for the first opening', async () => {
    const { connection, reconnecting } = start(transportOf(fakeLine('hello')))
    expect(await call(reconnecting.link)).toBe('hello')
    expect(connection.getState().line).toBe('open')
  })

  test('says since when it is lost and when it tries again', async () => {
    const line = fakeLine('hello')
    const { connection, reconnecting } = start(transportOf(line))
    await call(reconnecting.link)
    line.breakOff()
    await vi.waitFor(() => expect(connection.getState().line).toBe('reconnecting'), { timeout: patienceMs })
    const { lostAt = 0, nextTryAt = 0 } = connection.getState()
    expect(nextTryAt).toBeGreaterThan(lostAt)
  })

  test('fails a call at once while it waits, and says that nothing was changed', async () => {
    const { connection, reconnecting } = start(transportOf())
    await vi.waitFor(() => expect(connection.getState().nextTryAt).toBeDefined(), { timeout: patienceMs })
    await expect(call(reconnecting.link)).rejects.toMatchObject({ code: 'NOT_CONNECTED' })
  })

  test('tries at once when asked to, and goes on over the new line', async () => {
    const first = fakeLine('first')
    const { connection, reconnecting } = start(transportOf(first, fakeLine('second')))
    expect(await call(reconnecting.link)).toBe('first')
    first.breakOff()
    await vi.waitFor(() => expect(connection.getState().nextTryAt).toBeDefined(), { timeout: patienceMs })
    reconnecting.tryNow()
    await vi.waitFor(() => expect(connection.getState().line).toBe('open'), { timeout: patienceMs })
    expect(await call(reconnecting.link)).toBe('second')
  })
})
