import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { outOfMemoryMessage } from '../../electron/runner/pool/thread-death.ts'
import { createPoolFixture, type PoolFixture, until } from './pool-fixture.ts'

let fixture: PoolFixture
beforeAll(async () => {
  fixture = await createPoolFixture()
})
afterAll(() => fixture.close())

const mb = 2 ** 20
const burn = `const burn = (ms) => {
  const used = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000 }
  const end = used() + ms
  while (used() < end);
}`

test('an attempt that is killed while it spins has its CPU time and heap', async () => {
  const started = fixture.start(`${burn}; burn(100); ctx.log('up'); for (;;);`)
  await until(() => expect(started.lines()).toEqual(['up']))
  started.run.kill('over')
  const report = await started.run.report
  expect(report.outcome).toBe('cancelled')
  expect(report.cpuMs).toBeGreaterThanOrEqual(100)
  expect(report.peakHeapBytes).toBeGreaterThan(mb)
})

test.each([
  ['runs out of time', 'for (;;);', { timeoutMs: 300 }, 'timed-out'],
  ['exits', 'process.exit(1)', {}, 'crashed'],
  [
    'has an error that nobody catches',
    "setTimeout(() => { throw new Error('x') }); await new Promise(() => {})",
    {},
    'crashed',
  ],
] as const)('an attempt that %s has its CPU time and heap', async (_how, end, request, outcome) => {
  const report = await fixture.start(end, request).run.report
  expect(report.outcome).toBe(outcome)
  expect(report.cpuMs).toBeGreaterThan(0)
  expect(report.peakHeapBytes).toBeGreaterThan(mb)
})

test('an attempt that runs out of memory has the limit as its peak', async () => {
  const body = 'const all = []; for (;;) all.push(Array.from({ length: 10000 }, () => ({})))'
  const report = await fixture.start(body, { memoryMb: 24 }).run.report
  expect(report).toMatchObject({ outcome: 'out-of-memory', peakHeapBytes: 24 * mb })
})

test('without a limit of the job the message names the default one', () => {
  expect(outOfMemoryMessage({ mb: 4096, ofJob: false })).toBe(
    'The job needed more memory than the default limit of a thread of 4096 MB. Its thread was replaced.',
  )
  expect(outOfMemoryMessage({ mb: 24, ofJob: true })).toContain('its memory limit of 24 MB')
})

test('the peak is seen also of a job that reports nothing and has given all back', async () => {
  const report = await fixture.start(`
    let all = Array.from({ length: 1_000_000 }, (_, index) => ({ index }))
    await new Promise((done) => setTimeout(done, 400))
    if (all.length === 0) return 1
    all = undefined
    const { setFlagsFromString } = await import('node:v8')
    setFlagsFromString('--expose-gc')
    const { runInNewContext } = await import('node:vm')
    runInNewContext('gc')()
    return process.memoryUsage().heapUsed`).run.report
  expect(report.peakHeapBytes).toBeGreaterThan((report.result as number) + 10 * mb)
})

test('what an attempt leaves behind is not counted as CPU time of the next', async () => {
  const single = await createPoolFixture({
    settings: { minThreads: 1, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 1 },
  })
  try {
    const burnt = join(single.folder, 'burnt')
    const left = single.start(`${burn}
      const { writeFileSync } = await import('node:fs')
      setTimeout(() => { burn(1000); writeFileSync(${JSON.stringify(burnt)}, '') })`)
    await left.run.report
    await until(() => expect(existsSync(burnt)).toBe(true))
    const { cpuMs } = await single.start('return 1').run.report
    expect(cpuMs).toBeLessThan(1000)
  } finally {
    await single.close()
  }
})

test('a job that fills Buffers past its limit ends as out of memory, and its neighbour goes on', async () => {
  const gate = join(fixture.folder, 'gate')
  const neighbour = fixture.start(`
    const { existsSync } = await import('node:fs')
    ctx.log('up')
    while (!existsSync(${JSON.stringify(gate)})) await new Promise((done) => setTimeout(done, 10))
    return 'on'`)
  await until(() => expect(neighbour.lines()).toEqual(['up']))
  const hungry = fixture.start(
    `const all = []
     for (;;) { if (all.length < 50) all.push(Buffer.alloc(8 * 2 ** 20, 1)); await new Promise((done) => setTimeout(done, 2)) }`,
    { memoryMb: 64 },
  )
  expect(await hungry.run.report).toMatchObject({
    outcome: 'out-of-memory',
    retryable: true,
    peakHeapBytes: 64 * mb,
    error: { code: 'OUT_OF_MEMORY', message: expect.stringContaining('its memory limit of 64 MB') as string },
  })
  await writeFile(gate, '')
  expect(await neighbour.run.report).toMatchObject({ outcome: 'completed', result: 'on' })
})

test('a job that lets go of its Buffers stays within its limit, also when it never yields', async () => {
  const file = join(fixture.folder, 'sum')
  const report = await fixture.start(
    `const { writeFileSync } = await import('node:fs')
     let sum = 0
     for (let i = 0; i < 400; i += 1) sum += Buffer.alloc(4 * 2 ** 20, 1)[i]
     writeFileSync(${JSON.stringify(file)}, String(sum))`,
    { memoryMb: 32 },
  ).run.report
  expect(report).toMatchObject({ outcome: 'completed' })
  expect(await readFile(file, 'utf8')).toBe('400')
})
