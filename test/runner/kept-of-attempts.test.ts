import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JobEvent } from '../../electron/contract/job.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { jobWhen, once, RunnerHome, whenFinished } from './runner-under-test.ts'

/** What is kept of one attempt is of that attempt: lines, their number, progress. */

const jobs = {
  chatty:
    'for (let i = 1; i <= (ctx.attempt === 1 ? 500 : 3); i += 1) ctx.log(`line ${i}`); if (ctx.attempt === 1) throw new Error("again"); return 1',
  hangs: `const spin = (ms) => { const end = performance.now() + ms; while (performance.now() < end); }
    const { writeFileSync } = await import('node:fs')
    for (let i = 1; i <= 30; i += 1) ctx.log('line ' + i)
    spin(200)
    for (let i = 31; i <= 35; i += 1) ctx.log('line ' + i)
    writeFileSync(input.said, '')
    for (;;);`,
  halfway: `ctx.log('attempt ' + ctx.attempt)
    if (ctx.attempt === 1) { ctx.progress(0.5); throw new Error('again') }
    const { existsSync } = await import('node:fs')
    while (!existsSync(input.release)) await new Promise((resolve) => setTimeout(resolve, 20))`,
}

let home: RunnerHome
let runner: Runner
beforeAll(async () => {
  home = await RunnerHome.make({})
  for (const [name, body] of Object.entries(jobs)) {
    const code = `export default { name: '${name}', title: '${name}', input: {}, async run(input, ctx) { ${body} } }\n`
    await writeFile(join(home.jobsDir, `${name}.job.mjs`), code)
  }
  runner = await home.start()
  await runner.preferences.update({ history: { maxLogLines: 100 } })
})
afterAll(() => home.remove())

test('a chatty attempt costs neither its own last lines nor those of the next, and their number stays', async () => {
  const { id } = await runner.jobs.enqueue('chatty', {}, { ...once, attempts: 2 })
  await whenFinished(runner, id)
  const { lines, total, dropped } = await runner.jobs.logs(id, 0, 1_000)
  const of = (attempt: number) => lines.filter((line) => line.attempt === attempt).map(({ text }) => text)
  const first = of(1)
  expect(first.slice(0, 2)).toEqual(['line 1', 'line 2'])
  expect(first.slice(89)).toEqual([
    'line 90',
    'Limit of 100 log lines: of what follows, the last 10 are kept for the end',
    '400 lines dropped',
    ...Array.from({ length: 10 }, (_, index) => `line ${491 + index}`),
  ])
  expect(of(2)).toEqual(['line 1', 'line 2', 'line 3'])
  expect({ total, dropped }).toEqual({ total: 105, dropped: 400 })
})

test('an attempt begins without the progress of the one before, in lists, streams and the history', async () => {
  const release = home.gate('halfway')
  const { id } = await runner.jobs.enqueue('halfway', { release }, { ...once, attempts: 2 })
  const events: JobEvent[] = []
  const following = (async () => {
    for await (const event of runner.jobs.events(id, new AbortController().signal)) events.push(event)
  })()
  const second = await jobWhen(
    runner,
    id,
    'runs again',
    ({ state, attempts }) => state === 'active' && attempts.length === 2,
  )
  expect(second.progress).toBeUndefined()
  await home.openGate('halfway')
  expect((await whenFinished(runner, id)).progress).toBeUndefined()
  await following
  const again = events.filter((event) => event.kind === 'job' && event.job.attempts.length === 2)
  expect(again.length).toBeGreaterThan(0)
  for (const event of again) expect(event).not.toHaveProperty('job.progress')
  // Read anew by another runner, which knows it from the history alone.
  await home.stopRunners()
  runner = await home.start()
  expect((await runner.jobs.get(id)).progress).toBeUndefined()
})

test('what a job logged before it hung is kept when it is killed', async () => {
  const said = join(home.folder, 'said')
  const { id } = await runner.jobs.enqueue('hangs', { said })
  await until(() => Promise.resolve(existsSync(said) ? true : undefined), 'the job has said all')
  await runner.jobs.cancel(id, { now: true, by: 'test' })
  await whenFinished(runner, id)
  const { lines } = await runner.jobs.logs(id, 0, 100)
  expect(lines.map(({ text }) => text)).toEqual(Array.from({ length: 35 }, (_, index) => `line ${index + 1}`))
})
