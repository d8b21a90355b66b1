import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const any = '{}'
const numbered = `{ type: 'object', properties: { n: { type: 'number' } }, required: ['n'] }`

/** A job file as a user writes it: no import, no install. */
function jobFile(name: string, run: string, more: { input?: string; defaults?: string } = {}): string {
  return `export default {
  name: '${name}', title: '${name}', input: ${more.input ?? any}, defaults: ${more.defaults ?? '{}'},
  async run(input: any, ctx: any): Promise<unknown> { ${run} },
}
`
}

const untilReleased = `
  const { existsSync } = await import('node:fs')
  while (!existsSync(input.release)) {
    ctx.signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return 'released'`

const untilReleasedDeaf = `
  const { existsSync, writeFileSync } = await import('node:fs')
  ctx.signal.addEventListener('abort', () => writeFileSync(input.release + '-asked', ctx.signal.reason.code))
  writeFileSync(input.release + '-begun', '')
  while (!existsSync(input.release)) await new Promise((resolve) => setTimeout(resolve, 20))
  return 'released'`

/** Says by a file that an attempt runs, and by another when the next one does so too. */
const alone = (pause: string): string => `
  const { existsSync, writeFileSync } = await import('node:fs')
  writeFileSync(input.release + '-begun-' + ctx.attempt, '')
  while (!existsSync(input.release)) {
    ${pause}
    if (existsSync(input.release + '-begun-' + (ctx.attempt + 1))) writeFileSync(input.release + '-twice', '')
  }
  return 'released'`

const files: Record<string, string> = {
  quick: jobFile('quick', 'return input.n', { input: numbered }),
  note: jobFile('note', 'return null'),
  /** Runs until the file `release` is there, or it is asked to stop. */
  hold: jobFile('hold', untilReleased),
  'hold-inline': jobFile('hold-inline', untilReleased, { defaults: `{ executor: 'inline' }` }),
  /** Says by files that it runs and that it was asked to stop, and goes on until the file `release` is there. */
  deaf: jobFile('deaf', untilReleasedDeaf),
  'deaf-inline': jobFile('deaf-inline', untilReleasedDeaf, { defaults: `{ executor: 'inline' }` }),
  /** Tell when two of their attempts run at a time. One never yields, the other heeds its signal. */
  alone: jobFile('alone', alone('')),
  'alone-inline': jobFile(
    'alone-inline',
    alone(`ctx.signal.throwIfAborted()
    await new Promise((resolve) => setTimeout(resolve, 1))`),
    { defaults: `{ executor: 'inline' }` },
  ),
  /** Lies inside one call into the system until the file `release` is there, or its whole folder has gone. */
  'inside-call': jobFile(
    'inside-call',
    `const { execFileSync } = await import('node:child_process')
    const child = 'const { existsSync, writeFileSync } = require("node:fs"); const [release] = process.argv.slice(1);'
      + 'writeFileSync(release + "-begun", "");'
      + 'setInterval(() => (existsSync(release) || !existsSync(release + "-begun")) && process.exit(), 20)'
    execFileSync(process.execPath, ['-e', child, input.release])
    return 'released'`,
  ),
  /** Leaves a promise behind that rejects when it is asked to stop, which ends its thread. */
  'crash-on-abort': jobFile(
    'crash-on-abort',
    `void new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('Left behind.'))))
    ${untilReleasedDeaf}`,
  ),
  spin: jobFile('spin', 'for (;;) {}'),
  fail: jobFile('fail', `throw Object.assign(new Error('It broke.'), { code: 'BROKEN' })`),
  flaky: jobFile('flaky', `if (ctx.attempt < 3) throw new Error('Not yet.'); return ctx.attempt`),
  talk: jobFile(
    'talk',
    `for (let step = 1; step <= 5; step += 1) {
      ctx.log('line ' + step)
      ctx.progress({ done: step, total: 5 })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }`,
  ),
  'talk-on-release': jobFile(
    'talk-on-release',
    `const { existsSync } = await import('node:fs')
    while (!existsSync(input.release)) await new Promise((resolve) => setTimeout(resolve, 20))
    for (let step = 1; step <= 3; step += 1) {
      ctx.log('line ' + step)
      ctx.progress({ done: step, total: 3 })
    }
    return 'said'`,
  ),
  /** Writes its name into the file `tally`; with `release` it then runs until that file is there. */
  tally: jobFile(
    'tally',
    `const { appendFileSync, existsSync } = await import('node:fs')
    appendFileSync(input.tally, input.name + '\\n')
    while (input.release !== undefined && !existsSync(input.release)) {
      ctx.signal.throwIfAborted()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return input.name`,
  ),
  big: jobFile('big', `return 'x'.repeat(input.n)`, { input: numbered }),
}

/** A jobs folder with small jobs of every kind. */
export async function writeTestJobs(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await Promise.all(Object.keys(files).map((name) => writeFile(join(folder, `${name}.job.ts`), files[name] ?? '')))
}

/** Adds one more job type, as a user does while the runner runs. */
export async function addTestJob(folder: string, name: string): Promise<void> {
  await writeFile(join(folder, `${name}.job.ts`), jobFile(name, `return 'late'`))
}
