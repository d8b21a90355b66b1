import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { nodeBinary } from '../../scripts/setup/paths.mjs'
import { makeTestFolder } from './postgres.ts'

export interface HeadlessOptions {
  /** Added to the environment, e.g. `REDIS_URL`. */
  env?: Record<string, string>
  /** Files of a jobs folder, by name; the runner is started with it as `TORIL_JOBS_DIR`. */
  jobs?: Record<string, string>
}

export interface HeadlessRunner {
  readonly url: string
  readonly token: string
  readonly pid: number
  readonly dataDir: string
  /** Environment in which the CLI finds this runner. */
  readonly env: Record<string, string>
  /** Calls `/api/v1` with the token; rejects when the answer is not a success. */
  call<Answer = unknown>(method: string, path: string, body?: unknown): Promise<Answer>
  /** Ends the runner as a crash would: SIGKILL. */
  kill(): Promise<void>
  /**
   * Stops it in order and starts it over the same data by a line of shell, in which `npm run serve` stands for it.
   * Rejects with what it printed when it does not start; it can be started again then.
   */
  startBy(line: string): Promise<void>
  /** Starts it again at the same address, with the same token and data. */
  restart(): Promise<void>
  /** Stops it as a service manager would, and removes its data. */
  stop(): Promise<void>
}

const project = join(import.meta.dirname, '..', '..')
const token = 'token-of-the-tests'

interface Running {
  child: ChildProcess
  url: string
}

/** The real headless runner, as built, over a data folder of its own and on a free port. */
export async function startHeadless(options: HeadlessOptions = {}): Promise<HeadlessRunner> {
  const folder = await makeTestFolder()
  const dataDir = join(folder, 'data')
  const jobsDir = join(folder, 'jobs')
  if (options.jobs !== undefined) {
    mkdirSync(jobsDir)
    for (const [name, text] of Object.entries(options.jobs)) writeFileSync(join(jobsDir, name), text)
  }
  const env: Record<string, string> = {
    TORIL_DATA_DIR: dataDir,
    TORIL_TOKEN: token,
    ...(options.jobs === undefined ? {} : { TORIL_JOBS_DIR: jobsDir }),
    ...options.env,
  }
  let running = await launch(env, '0').catch(async (error: unknown) => {
    await rm(folder, { recursive: true, force: true })
    throw error
  })
  const atExit = (): void => void running.child.kill('SIGKILL')
  process.once('exit', atExit)

  return {
    get url() {
      return running.url
    },
    token,
    get pid() {
      return running.child.pid ?? 0
    },
    dataDir,
    env,
    async call<Answer>(method: string, path: string, body?: unknown) {
      const response = await fetch(`${running.url}/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
      return (text === '' ? undefined : JSON.parse(text)) as Answer
    },
    kill: () => end(running.child, 'SIGKILL'),
    async startBy(line) {
      await end(running.child, 'SIGTERM')
      running = await launch(env, '0', line)
    },
    async restart() {
      await end(running.child, 'SIGKILL')
      running = await launch(env, new URL(running.url).port)
    },
    async stop() {
      process.removeListener('exit', atExit)
      try {
        await end(running.child, 'SIGTERM')
      } finally {
        await endDatabase(dataDir)
        await rm(folder, { recursive: true, force: true })
      }
    },
  }
}

async function launch(env: Record<string, string>, port: string, line?: string): Promise<Running> {
  // Nothing of the surroundings may choose a queue or a database for the tests.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TORIL_(?!TEST_)|REDIS_|DATABASE_URL)/.test(name)),
  )
  const serve = join(project, 'out', 'main', 'serve.js')
  const [program, args] =
    line === undefined
      ? [nodeBinary, [serve]]
      : ['bash', ['-euc', line.replace('npm run serve', `exec '${nodeBinary}' '${serve}'`)]]
  const child = spawn(program, args, {
    cwd: project,
    env: { ...clean, ...env, TORIL_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const take = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-8_000)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  try {
    return { child, url: await readyUrl(child, env['TORIL_DATA_DIR'] ?? '', () => output) }
  } catch (error) {
    await end(child, 'SIGKILL')
    throw error
  }
}

async function readyUrl(child: ChildProcess, dataDir: string, output: () => string): Promise<string> {
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`The headless runner ended with ${String(child.exitCode ?? child.signalCode)}: ${output()}`)
    }
    const written = await readFile(join(dataDir, 'runner.json'), 'utf8').catch(() => '')
    // The file of a runner that was killed may still be there.
    const record = written === '' ? undefined : (JSON.parse(written) as { pid: number; url: string })
    if (record?.pid === child.pid) {
      const health = await fetch(`${record?.url ?? ''}/health`).catch(() => undefined)
      if (health?.ok === true) return record?.url ?? ''
    }
    await delay(50)
  }
}

/** Longer than any grace time in the tests: past it the runner hangs. */
const stopMs = 120_000

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<true>((resolve) => child.once('exit', () => resolve(true)))
  child.kill(signal)
  const patience = new AbortController()
  const inTime = await Promise.race([ended, delay(stopMs, false, { signal: patience.signal }).catch(() => false)])
  patience.abort()
  if (inTime) return
  child.kill('SIGKILL')
  throw new Error(`The headless runner did not stop within ${stopMs / 1000} s after ${signal}.`)
}

/** A runner that was killed leaves its database running, for the next one to take over. */
export async function endDatabase(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postgres', 'data', 'postmaster.pid')
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0])
  if (!(pid > 1)) return
  try {
    process.kill(pid, 'SIGINT')
    for (;;) {
      await delay(50)
      process.kill(pid, 0)
    }
  } catch {
    // It is gone.
  }
}
