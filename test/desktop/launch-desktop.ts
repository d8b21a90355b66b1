import { fork, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from '@playwright/test'
import { findChromium } from '../../scripts/test-support/tools.mjs'
import { callRunner } from '../support/call-runner.ts'
import { makeTestFolder } from '../support/postgres.ts'
import type { Command, Report } from './stand-in/control.ts'

const project = join(import.meta.dirname, '..', '..')
const mainFile = join(project, 'out', 'main', 'index.js')

export interface Desktop {
  readonly dataDir: string
  readonly folder: string
  send(command: Command): void
  /** The next report of this kind, which may have come already. */
  next<Kind extends Report['kind']>(kind: Kind): Promise<Extract<Report, { kind: Kind }>>
  /** The panel's page, driven beside the stand-in. */
  page(): Promise<Page>
  /** Calls the runner's REST api as runner.json says. */
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>
  /** Processes below the app: Chromium, PostgreSQL. */
  descendants(): number[]
  readonly exited: Promise<number | null>
  stderr(): string
  kill(signal: NodeJS.Signals): void
  /** Ends what a failed test left, and removes its data. */
  cleanUp(): Promise<void>
}

/** Starts the built main process over the stand-in, with a data folder of its own. */
export async function launchDesktop(
  options: { env?: Record<string, string>; jobs?: Record<string, string> } = {},
): Promise<Desktop> {
  if (!existsSync(mainFile)) throw new Error(`${mainFile} is missing. Run npm run build first.`)
  const folder = await makeTestFolder()
  const dataDir = join(folder, 'data')
  mkdirSync(join(folder, 'jobs'))
  for (const [name, text] of Object.entries(options.jobs ?? {})) writeFileSync(join(folder, 'jobs', name), text)
  // Nothing of the surroundings may choose a queue or a database for the tests.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TORIL_|REDIS_|DATABASE_URL|ELECTRON_)/.test(name)),
  )
  const child = fork(mainFile, [], {
    execArgv: ['--import', join(import.meta.dirname, 'stand-in', 'register.ts')],
    env: {
      ...clean,
      CHROMIUM: findChromium(),
      TORIL_DATA_DIR: dataDir,
      TORIL_PORT: '0',
      TORIL_JOBS_DIR: join(folder, 'jobs'),
      ...options.env,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let stderr = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-8_000)
  })
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const reports = collectReports(child, exited, () => stderr)
  let browser: Browser | undefined
  const seen = new Set<number>()
  const descendants = () => {
    const found = descendantsOf(child.pid ?? 0)
    for (const pid of found) seen.add(pid)
    return found
  }

  return {
    dataDir,
    folder,
    send: (command) => void child.send(command),
    next: reports,
    async page() {
      const { endpoint } = await reports('window')
      browser = await chromium.connectOverCDP(endpoint)
      const page = browser.contexts()[0]?.pages()[0]
      if (page === undefined) throw new Error('The window has no page.')
      return page
    },
    call: (method, path, body) => callRunner(dataDir, method, path, body),
    descendants,
    exited,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    async cleanUp() {
      descendants()
      await browser?.close()
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
        await exited
        clearTimeout(timer)
      }
      for (const pid of seen) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Whether a process runs; one that has ended and only waits to be noticed does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

function collectReports(child: ChildProcess, exited: Promise<unknown>, stderr: () => string): Desktop['next'] {
  const waiting: Report[] = []
  let wake = Promise.withResolvers<void>()
  let over = false
  const stir = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  child.on('message', (message) => {
    waiting.push(message as Report)
    stir()
  })
  void exited.then(() => {
    over = true
    stir()
  })
  return async <Kind extends Report['kind']>(kind: Kind) => {
    for (;;) {
      const index = waiting.findIndex((report) => report.kind === kind)
      const [found] = index === -1 ? [] : waiting.splice(index, 1)
      if (found !== undefined) return found as Extract<Report, { kind: Kind }>
      if (over) throw new Error(`The app ended before it reported ${kind}: ${stderr()}`)
      await wake.promise
    }
  }
}

function descendantsOf(root: number): number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8')
      parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It ended while the list was read.
    }
  }
  const found = new Set([root])
  for (let size = 0; size !== found.size;) {
    size = found.size
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid)
  }
  found.delete(root)
  return [...found]
}
