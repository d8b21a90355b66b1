import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolFixture, type PoolFixture, until } from './pool-fixture.ts'

let fixture: PoolFixture
beforeAll(async () => {
  fixture = await createPoolFixture({ settings: { minThreads: 1, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 1 } })
})
afterAll(() => fixture.close())

test('a spinning thread is measured and called blocked while somebody looks', async () => {
  const started = fixture.start("ctx.log('up'); for (;;);")
  await until(() => expect(started.lines()).toEqual(['up']))
  expect(fixture.pool.threads()[0]).not.toHaveProperty('cpu')
  const leave = fixture.pool.watch()
  await until(() => expect(fixture.pool.threads()[0]).toMatchObject({ state: 'blocked' }))
  const [thread] = fixture.pool.threads()
  expect(thread?.blockedMs).toBeGreaterThanOrEqual(5_000)
  expect(thread?.cpu).toBeGreaterThan(0)
  expect(thread?.heapBytes).toBeGreaterThan(0)
  expect(thread?.heapLimitBytes).toBeGreaterThan(thread?.heapBytes ?? 0)
  leave()
  leave()
  expect(fixture.pool.threads()[0]).not.toHaveProperty('heapBytes')
  // That it does not answer is known whether somebody looks or not.
  expect(fixture.pool.threads()[0]).toMatchObject({ state: 'blocked' })
  started.run.kill('over')
  await started.run.report
})

test('a thread that answers is not blocked', async () => {
  const leave = fixture.pool.watch()
  const started = fixture.start('await new Promise((done) => setTimeout(done, 1500))')
  await started.run.report
  await until(() => expect(fixture.pool.threads()[0]?.loop).toBeTypeOf('number'))
  expect(fixture.pool.threads()[0]).not.toHaveProperty('blockedMs')
  leave()
})

test('who asks once gets numbers too', async () => {
  const started = fixture.start("ctx.log('up'); for (;;);")
  await until(() => expect(started.lines()).toEqual(['up']))
  const threads = await fixture.pool.measured()
  const busy = threads.find(({ job }) => job !== undefined)
  expect(busy).toMatchObject({ cpu: expect.any(Number) as number, heapBytes: expect.any(Number) as number })
  // Asked again and again, it learns that the thread does not answer.
  await until(async () => {
    const again = await fixture.pool.measured()
    expect(again.map(({ state }) => state)).toContain('blocked')
  })
  started.run.kill('over')
  await started.run.report
})

test('who looks at a thread for the first time learns how long it has been blocked', async () => {
  const started = fixture.start("ctx.log('up'); for (;;);")
  await until(() => expect(started.lines()).toEqual(['up']))
  // Nobody watches, and reading what is known measures nothing.
  await until(() => expect(fixture.pool.threads()[0]).toMatchObject({ state: 'blocked' }))
  const [first] = await fixture.pool.measured()
  expect(first).toMatchObject({ state: 'blocked', heapBytes: expect.any(Number) as number })
  expect(first?.blockedMs).toBeGreaterThanOrEqual(5_000)
  started.run.kill('over')
  await started.run.report
})
