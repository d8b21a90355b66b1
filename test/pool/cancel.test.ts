import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createPoolFixture, type PoolFixture, until } from './pool-fixture.ts'

let fixture: PoolFixture
beforeAll(async () => {
  fixture = await createPoolFixture({
    settings: { minThreads: 1, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 10 },
    timeoutGraceMs: 3_600_000,
  })
})
afterAll(() => fixture.close())

const running = (started: { told: { kind: string }[] }) =>
  until(() => expect(started.told.some(({ kind }) => kind === 'log')).toBe(true))

test('a job that waits for a thread is cancelled at once and never runs', async () => {
  const first = fixture.start("ctx.log('up'); await new Promise(() => {})")
  await running(first)
  const second = fixture.start("ctx.log('ran'); return 1")
  expect(fixture.pool.waiting()).toBe(1)
  second.run.cancel('not needed')
  expect(await second.run.report).toMatchObject({
    outcome: 'cancelled',
    error: { code: 'CANCELLED', message: 'not needed' },
  })
  expect(second.told).toEqual([])
  expect(fixture.pool.waiting()).toBe(0)
  first.run.kill('over')
  await first.run.report
})

test('an asynchronous job sees the signal with its reason', async () => {
  const started = fixture.start(`
    ctx.log('up')
    await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => {
      ctx.log(ctx.signal.reason.code + ' ' + ctx.signal.reason.message)
      reject(ctx.signal.reason)
    }))`)
  await running(started)
  started.run.cancel('by hand')
  expect(await started.run.report).toMatchObject({ outcome: 'cancelled', error: { code: 'CANCELLED' } })
  expect(started.lines()).toEqual(['up', 'CANCELLED by hand'])
})

test.each([
  ['signal.aborted', 'while (!ctx.signal.aborted); throw ctx.signal.reason'],
  ['signal.throwIfAborted', 'for (;;) ctx.signal.throwIfAborted()'],
  [
    'progress',
    'const { signal } = ctx; let over = false; signal.onabort = () => { over = true }; while (!over) ctx.progress(0.5); throw signal.reason',
  ],
])('a job that never yields sees the cancel in %s', async (_name, loop) => {
  const started = fixture.start(`ctx.log('up'); ${loop}`)
  await running(started)
  started.run.cancel('stop it')
  expect(await started.run.report).toMatchObject({ outcome: 'cancelled', error: { message: 'stop it' } })
})

test('a job that leaves early with half a result after a cancel is cancelled, not completed', async () => {
  const started = fixture.start(
    "ctx.log('up'); while (!ctx.signal.aborted) await new Promise((d) => setTimeout(d, 5)); return 'half'",
  )
  await running(started)
  started.run.cancel('enough')
  expect(await started.run.report).toMatchObject({ outcome: 'cancelled' })
})

test('a killed thread is replaced under the same label', async () => {
  const started = fixture.start("ctx.log('up'); for (;;);")
  await running(started)
  expect(started.run.kill('by force')).toBe(true)
  expect(await started.run.report).toMatchObject({ outcome: 'cancelled', error: { message: 'by force' } })
  const next = fixture.start('return 2')
  expect(await next.run.report).toMatchObject({ outcome: 'completed', result: 2 })
  expect(next.told[0]).toEqual({ kind: 'start', thread: 'T1' })
  expect(fixture.pool.threads()).toMatchObject([{ id: 'T1', lastError: 'by force' }])
})

test('cancel is shown on the thread while it waits for the job', async () => {
  const started = fixture.start("ctx.log('up'); await new Promise(() => {})")
  await running(started)
  started.run.cancel('asked')
  expect(fixture.pool.threads()).toMatchObject([{ state: 'cancelling', job: { attempt: 1 } }])
  started.run.kill('asked')
  await started.run.report
})

test('a job that ends in time after its timeout signal is still timed out', async () => {
  const timeoutMs = 600_000
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const started = fixture.start(
      "ctx.log('up'); await new Promise((done) => ctx.signal.addEventListener('abort', done)); ctx.log(ctx.signal.reason.code); return 1",
      { timeoutMs },
    )
    // Its time is over only when its job listens, however long the thread took to begin it.
    await running(started)
    vi.advanceTimersByTime(timeoutMs)
    expect(await started.run.report).toMatchObject({ outcome: 'timed-out', error: { code: 'TIMED_OUT' } })
    expect(started.lines()).toEqual(['up', 'TIMED_OUT'])
  } finally {
    vi.useRealTimers()
  }
})

test('closing the pool ends what runs and what waits as cancelled with RUNNER_STOPPED', async () => {
  const closing = await createPoolFixture({
    settings: { minThreads: 1, maxThreads: 1, idleTimeoutMs: 1, maxQueue: 10 },
  })
  const first = closing.start("ctx.log('up'); for (;;);")
  await running(first)
  const second = closing.start('return 1')
  await closing.close()
  for (const { run } of [first, second, closing.start('return 1')]) {
    expect(await run.report).toMatchObject({ outcome: 'cancelled', error: { code: 'RUNNER_STOPPED' } })
  }
})

test('a pool that closes does not wait for a thread inside one call into the system, and says so', async () => {
  const closing = await createPoolFixture()
  const [sign, release] = [join(closing.folder, 'child-runs'), join(closing.folder, 'child-may-end')]
  const child = `const { existsSync, writeFileSync } = require('node:fs')
    const [sign, release] = ${JSON.stringify([sign, release])}
    writeFileSync(sign, '')
    // Also when the folder has gone before it saw the word.
    setInterval(() => (existsSync(release) || !existsSync(sign)) && process.exit(), 20)`
  const { run } = closing.start(
    `const { execFileSync } = await import('node:child_process')
    execFileSync(process.execPath, ['-e', ${JSON.stringify(child)}])`,
  )
  await until(() => expect(existsSync(sign)).toBe(true))
  try {
    await closing.pool.close()
    const error = { code: 'RUNNER_STOPPED', message: expect.stringContaining('inside one call into the system') }
    expect(await run.report).toMatchObject({ outcome: 'cancelled', error })
  } finally {
    writeFileSync(release, '')
    await closing.close()
  }
})
