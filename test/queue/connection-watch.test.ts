import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watchConnection, type ConnectionWatch } from '../../electron/runner/queue/connection-watch.ts'
import type { ConnectionHint, QueueServer } from '../../electron/runner/queue/queue-server.ts'
import { isRedisOutage, isRedisSilence } from '../../electron/runner/queue/redis-outage.ts'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'

const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
const closed = new Error('Connection is closed.')
const answerMs = 4_500

/** Only what a watch asks of a server. */
function fakeServer() {
  const server = {
    backend: 'redis' as const,
    label: 'here',
    answer: (): Promise<void> => Promise.resolve(),
    tries: 0,
    woken: [] as { silent: boolean }[],
    hint: undefined as unknown as (hint: ConnectionHint) => void,
    ping: () => server.answer(),
    trouble: () => undefined,
    reach: () => {
      server.tries += 1
      return server.answer()
    },
    wake: (outage: { silent: boolean }) => server.woken.push(outage),
    isOutage: isRedisOutage,
    isSilence: isRedisSilence,
    isLostRace: () => false,
    onHint(listener: (hint: ConnectionHint) => void) {
      server.hint = listener
    },
  }
  return server
}

describe('the watch over a connection', () => {
  let server: ReturnType<typeof fakeServer>
  let watch: ConnectionWatch
  let said: string[]

  beforeEach(async () => {
    vi.useFakeTimers()
    server = fakeServer()
    said = []
    watch = watchConnection({
      server: server as unknown as QueueServer,
      pace: createRetryPace(() => 0.5),
      pingMs: 5_000,
      answerMs,
      report: (message) => said.push(message),
    })
    await vi.advanceTimersByTimeAsync(0)
  })
  afterEach(() => {
    watch.close()
    vi.useRealTimers()
  })

  /** How long a call takes to be refused, in ms of the clock that is wound by hand. */
  async function refusedAfter(question: () => Promise<unknown>): Promise<number> {
    const since = Date.now()
    let at: number | undefined
    watch.ask(question, { again: true }).catch(() => (at = Date.now()))
    while (at === undefined) await vi.advanceTimersByTimeAsync(50)
    return at - since
  }

  it('refuses calls within half a second once the outage is known, and in time before that', async () => {
    server.answer = () => new Promise(() => undefined)
    expect(await refusedAfter(() => server.answer())).toBeLessThanOrEqual(answerMs + 50)
    expect(watch.current().state).toBe('reconnecting')
    expect(await refusedAfter(() => server.answer())).toBeLessThanOrEqual(550)
  })

  it('takes connections that seem to stand for dead after an outage that was silent at any moment of it', async () => {
    server.answer = () => Promise.reject(refused)
    server.hint({ up: false, error: closed })
    await vi.advanceTimersByTimeAsync(1_000)
    server.answer = () => new Promise(() => undefined)
    await vi.advanceTimersByTimeAsync(2 * answerMs)
    server.answer = () => Promise.resolve()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(watch.current().state).toBe('live')
    expect(server.woken).toEqual([{ silent: true }])
  })

  it('tries ever further apart, and names each next try', async () => {
    server.answer = () => Promise.reject(refused)
    server.hint({ up: false, error: closed })
    const at: number[] = []
    for (let tries = 0; server.tries < 9;) {
      await vi.advanceTimersByTimeAsync(10)
      if (server.tries === tries) continue
      tries = server.tries
      at.push(Date.parse(watch.current().nextTryAt ?? '') - Date.now())
    }
    expect(at.map((ms) => Math.round(ms / 100) * 100)).toEqual([
      200, 400, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ])
    expect(watch.current().state).toBe('offline')
  })

  it('tries no sooner when each try that fails says that a node is gone', async () => {
    const late = (): void => server.hint({ up: 'unsure' })
    server.answer = () => {
      setTimeout(late, 1)
      return Promise.reject(refused)
    }
    server.hint({ up: false, error: closed })
    // At 0.1, 0.3, 0.7, 1.7 and 3.7 s.
    await vi.advanceTimersByTimeAsync(5_000)
    expect(server.tries).toBe(5)
  })

  it('looks at once when a node is gone, and finds an outage', async () => {
    server.answer = () => Promise.reject(refused)
    server.hint({ up: 'unsure' })
    await vi.advanceTimersByTimeAsync(1)
    expect(watch.current().state).toBe('reconnecting')
  })

  it('says the telling reason, once, whatever comes after', async () => {
    server.answer = () => Promise.reject(refused)
    server.hint({ up: false, error: closed })
    expect(watch.current().message).toMatch(/the connection is lost/)
    for (let n = 0; n < 20; n++) {
      await vi.advanceTimersByTimeAsync(5_000)
      server.hint({ up: false, error: closed })
    }
    expect(watch.current().message).toMatch(/the connection was refused/)
    expect(said).toEqual([
      'The queue on Redis at here cannot be reached: the connection was refused. Start the server, or correct host and port.',
    ])
    server.answer = () => Promise.resolve()
    await watch.tryNow()
    expect(said.slice(1)).toEqual(['The queue on Redis answers again.'])
    expect(watch.current()).toMatchObject({ state: 'live' })
  })

  it('waits a little for a telling reason, and does without when there is none', async () => {
    server.answer = () => Promise.reject(closed)
    server.hint({ up: false, error: closed })
    await vi.advanceTimersByTimeAsync(150)
    expect(watch.current().state).toBe('reconnecting')
    expect(said).toEqual([])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(said).toEqual(['The queue on Redis at here cannot be reached: the connection is lost.'])
  })

  it('says another reason when that becomes the reason', async () => {
    server.answer = () => Promise.reject(refused)
    server.hint({ up: false, error: closed })
    await vi.advanceTimersByTimeAsync(1_000)
    server.answer = () => Promise.reject(new Error('WRONGPASS invalid username-password pair'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(watch.current().message).toMatch(/password is wrong/)
    expect(said).toHaveLength(2)
  })

  it('says nothing of what is back at the first try', async () => {
    server.hint({ up: false, error: closed })
    expect(watch.current().state).toBe('reconnecting')
    await vi.advanceTimersByTimeAsync(150)
    expect(watch.current().state).toBe('live')
    expect(said).toEqual([])
    expect(server.woken).toEqual([{ silent: false }])
  })

  it('has connections made anew after a silence, which may lead nowhere', async () => {
    server.answer = () => new Promise(() => undefined)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(watch.current().state).not.toBe('live')
    server.answer = () => Promise.resolve()
    await vi.advanceTimersByTimeAsync(30_000)
    expect(server.woken).toEqual([{ silent: true }])
  })

  it('keeps the time at which it was lost, also when it counts as offline', async () => {
    server.answer = () => Promise.reject(refused)
    server.hint({ up: false, error: closed })
    const { since } = watch.current()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(watch.current()).toMatchObject({ state: 'offline', since })
  })

  it('goes on looking when the hint of an outage comes while a ping waits', async () => {
    server.answer = () => new Promise(() => undefined)
    await vi.advanceTimersByTimeAsync(5_100)
    server.hint({ up: false, error: closed })
    await vi.advanceTimersByTimeAsync(10_000)
    server.answer = () => Promise.resolve()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(watch.current().state).toBe('live')
  })
})
