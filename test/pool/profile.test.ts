import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeBinary } from '../../scripts/setup/paths.mjs'
import { createPoolFixture, until, type PoolFixture, type Started } from './pool-fixture.ts'

let fixture: PoolFixture
beforeAll(async () => {
  fixture = await createPoolFixture()
})
afterAll(() => fixture.close())

const never = new AbortController().signal

/** Spins without ever yielding; lines matter to the tests. */
const spin = `interface Counter { n: number }

type Hash = (from: number) => number

const mix: Hash = (from) => {
  let x: number = from
  for (let i = 0; i < 100_000; i += 1) x = (x * 31 + i) | 0
  return x
}

function spinForever(counter: Counter): never {
  for (;;) counter.n = mix(counter.n)
}

export default { name: 'spin', title: 'Spin', input: {}, run(_input: unknown, ctx: { log(text: string): void }): never {
  ctx.log('up')
  return spinForever({ n: 1 })
} }
`

async function spinning(name: string): Promise<Started> {
  const started = fixture.startFile(name, spin)
  await until(() => expect(started.lines()).toEqual(['up']))
  return started
}

let channels = 0

/** A job that waits without a timer until it is told to go on. */
function startWaiting(result: number): Started & { goOn(): void } {
  const name = `profile-test-${process.pid}-${(channels += 1)}`
  const started = fixture.start(
    `const word = new BroadcastChannel(${JSON.stringify(name)})
    const heard = new Promise((done) => { word.onmessage = done })
    ctx.log('up'); await heard; word.close(); return ${result}`,
  )
  const goOn = (): void => {
    const word = new BroadcastChannel(name)
    word.postMessage('go on')
    word.close()
  }
  return { ...started, goOn }
}

async function kill(started: Started): Promise<void> {
  started.run.kill('over')
  expect(await started.run.report).toMatchObject({ outcome: 'cancelled' })
}

test('the stack of a spinning job names its functions and the lines of its TypeScript', async () => {
  const started = await spinning('stack.job.ts')
  const { state, frames, message } = await started.run.stack()
  expect(state).toBe('running')
  const own = frames.filter(({ origin }) => origin === 'job')
  const file = join(fixture.folder, 'stack.job.ts')
  expect(own.map(({ name }) => name)).toEqual(own.length === 3 ? ['mix', 'spinForever', 'run'] : ['spinForever', 'run'])
  expect(own.at(-2)).toMatchObject({ file, line: 12, text: 'for (;;) counter.n = mix(counter.n)' })
  expect(own.at(-1)).toMatchObject({ file, line: 17, column: 10 })
  expect(message).toContain('stack.job.ts')
  expect(frames.slice(own.length).every(({ origin }) => origin !== 'job')).toBe(true)
  // It goes on as if nothing had been, and can be looked at again.
  expect((await started.run.stack()).state).toBe('running')
  await kill(started)
})

test('the profile of a spinning job has the shape of a .cpuprofile and points to its TypeScript', async () => {
  const started = await spinning('profile.job.ts')
  const profile = await started.run.profile(300, never)
  expect(profile).toMatchObject({ ended: 'time', scope: 'thread' })
  const url = pathToFileURL(join(fixture.folder, 'profile.job.ts')).href
  expect(profile.jobFiles).toEqual([url])
  const own = profile.nodes.filter(({ callFrame }) => callFrame.url === url)
  const names = own.map(({ callFrame }) => callFrame.functionName)
  // The loop was optimised long before the recording began; it is known all the same, in its own place.
  expect(names).toEqual(expect.arrayContaining(['spinForever', 'mix']))
  const hits = (wanted: string): number =>
    own.reduce((sum, { callFrame, hitCount }) => sum + (callFrame.functionName === wanted ? hitCount : 0), 0)
  expect(hits('mix')).toBeGreaterThan(hits('spinForever'))
  const spent = own.flatMap(({ positionTicks = [] }) => positionTicks)
  // The first lines of the functions count as well: on each call V8 looks there whether it is to stop.
  expect(spent.every(({ line }) => line >= 5 && line <= 12)).toBe(true)
  expect(profile.samples.length).toBeGreaterThan(10)
  expect(profile.samples).toHaveLength(profile.timeDeltas.length)
  const ids = new Set(profile.nodes.map(({ id }) => id))
  expect(profile.samples.every((id) => ids.has(id))).toBe(true)
  expect(profile.nodes.flatMap(({ children = [] }) => children).every((id) => ids.has(id))).toBe(true)
  expect(profile.nodes.every(({ callFrame }) => typeof callFrame.scriptId === 'string')).toBe(true)
  await kill(started)
})

test('a recording ends when it is told to, and when the job ends', async () => {
  const started = await spinning('ended.job.ts')
  const stop = new AbortController()
  const stopped = started.run.profile(60_000, stop.signal)
  stop.abort()
  expect(await stopped).toMatchObject({ ended: 'stopped' })
  await kill(started)

  const waiting = startWaiting(1)
  await until(() => expect(waiting.lines()).toEqual(['up']))
  const recording = waiting.run.profile(60_000, never)
  waiting.goOn()
  expect(await recording).toMatchObject({ ended: 'job-ended', scope: 'thread' })
  expect(await waiting.run.report).toMatchObject({ result: 1 })
})

test('a job killed while it is recorded gives what there is, or says that its thread is gone', async () => {
  const started = await spinning('killed.job.ts')
  const recording = started.run.profile(60_000, never).catch((error: unknown) => error)
  // The thread has begun to record once it answers for its stack.
  await started.run.stack()
  await kill(started)
  const answer = await recording
  if (answer instanceof Error) expect(answer).toMatchObject({ code: 'THREAD_GONE' })
  else expect(answer).toMatchObject({ ended: 'job-ended' })
  await expect(started.run.stack()).rejects.toMatchObject({ code: 'JOB_NOT_RUNNING' })
  await expect(started.run.profile(10, never)).rejects.toMatchObject({ code: 'JOB_NOT_RUNNING' })
})

test('a job that waits has no stack, and goes on undisturbed', async () => {
  const waiting = startWaiting(7)
  await until(() => expect(waiting.lines()).toEqual(['up']))
  // Right after the line its thread may still be on the way to the wait.
  await until(async () => expect(await waiting.run.stack()).toMatchObject({ state: 'waiting', frames: [] }))
  waiting.goOn()
  expect(await waiting.run.report).toMatchObject({ outcome: 'completed', result: 7 })
})

test('a job inside one call into the system is said to be out of reach, and comes back', async () => {
  const sign = join(fixture.folder, 'child-runs')
  const release = join(fixture.folder, 'child-may-end')
  const child = `const { existsSync, writeFileSync } = require('node:fs')
    const [sign, release] = ${JSON.stringify([sign, release])}
    writeFileSync(sign, '')
    // Also when the folder has gone before it saw the word.
    setInterval(() => (existsSync(release) || !existsSync(sign)) && process.exit(), 20)`
  const started = fixture.start(
    `const { execFileSync } = await import('node:child_process')
    execFileSync(process.execPath, ['-e', ${JSON.stringify(child)}]); return 'back'`,
  )
  await until(() => expect(existsSync(sign)).toBe(true))
  const [stack, profile] = await Promise.allSettled([started.run.stack(), started.run.profile(10, never)])
  expect(stack).toMatchObject({ value: { state: 'unreachable', frames: [] } })
  expect(profile).toMatchObject({ reason: { code: 'THREAD_SILENT' } })
  writeFileSync(release, '')
  expect(await started.run.report).toMatchObject({ outcome: 'completed', result: 'back' })
  expect(await fixture.start('return 1').run.report).toMatchObject({ result: 1 })
})

test('stacks taken while threads are killed leave no thread that cannot be ended', async () => {
  for (let round = 0; round < 5; round += 1) {
    const started = await spinning('raced.job.ts')
    const looks = [started.run.stack(), started.run.stack()].map((look) => look.catch((error: unknown) => error))
    started.run.kill('over')
    expect(await started.run.report).toMatchObject({ outcome: 'cancelled' })
    for (const look of await Promise.all(looks)) {
      if (look instanceof Error) expect(look).toMatchObject({ code: 'THREAD_GONE' })
    }
  }
})

test('looking again and again leaves nothing behind on the thread', async () => {
  const warnings: string[] = []
  const onWarning = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', onWarning)
  const started = fixture.start(
    "ctx.log('up'); await new Promise((done) => ctx.signal.addEventListener('abort', done))",
  )
  await until(() => expect(started.lines()).toEqual(['up']))
  // Node warns of more than ten listeners for one event.
  for (let look = 0; look < 12; look += 1) await started.run.stack()
  await kill(started)
  process.off('warning', onWarning)
  expect(warnings).not.toContain('MaxListenersExceededWarning')
})

test('a job compiled elsewhere is mapped by the source map it brings', async () => {
  const folder = join(fixture.folder, 'compiled')
  mkdirSync(folder)
  writeFileSync(join(folder, 'source.ts'), `${'\n'.repeat(4)}${spin}`)
  execFileSync(nodeBinary, [
    'node_modules/typescript/bin/tsc',
    ...['--ignoreConfig', '--target', 'es2024', '--module', 'es2022', '--inlineSourceMap', '--inlineSources'],
    ...['--removeComments', '--types', '', '--outDir', join(folder, 'out'), join(folder, 'source.ts')],
  ])
  const compiled = readFileSync(join(folder, 'out', 'source.js'), 'utf8')
  const started = fixture.startFile(join('compiled', 'out', 'spin.job.mjs'), compiled)
  await until(() => expect(started.lines()).toEqual(['up']))
  const { frames } = await started.run.stack()
  const run = frames.find(({ name, origin }) => name === 'run' && origin === 'job')
  expect(run).toMatchObject({ file: join(folder, 'source.ts'), line: 21, text: 'return spinForever({ n: 1 })' })
  const { nodes } = await started.run.profile(100, never)
  const source = pathToFileURL(join(folder, 'source.ts')).href
  const forever = nodes.find(({ callFrame }) => callFrame.functionName === 'spinForever')
  expect(forever?.callFrame).toMatchObject({ url: source, lineNumber: 14 })
  await kill(started)
})
