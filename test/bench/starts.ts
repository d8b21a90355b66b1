import { spawn, type ChildProcess } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeTestFolder } from '../support/postgres.ts'
import type { Measure, Row } from './measure.ts'
import { median } from './statistics.ts'

/** Times since the process was spawned, ms. */
interface Start {
  /** Until `/health` says ready. */
  readyMs: number
  /** Until a job enqueued over REST at once after that has completed. */
  firstJobMs: number
}

interface Starts {
  /** New data folder: the database cluster is made first. */
  cold: Start
  /** The same data folder again. */
  warm: Start
}

const serve = join(import.meta.dirname, '..', '..', 'out', 'main', 'serve.js')
const token = 'token-of-the-bench'
const pollMs = 5

/** Starts the built headless runner on a new data folder, stops it, and starts it again. */
async function timeStarts(signal: AbortSignal): Promise<Starts> {
  const folder = await makeTestFolder()
  try {
    const dataDir = join(folder, 'data')
    return { cold: await timeStart(dataDir, signal), warm: await timeStart(dataDir, signal) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function timeStart(dataDir: string, signal: AbortSignal): Promise<Start> {
  // Nothing of the surroundings may choose a queue or a database.
  const clean = Object.entries(process.env).filter(([name]) => !/^(TORIL_|REDIS_|DATABASE_URL)/.test(name))
  const since = performance.now()
  const child = spawn(process.execPath, [serve], {
    env: { ...Object.fromEntries(clean), TORIL_DATA_DIR: dataDir, TORIL_PORT: '0', TORIL_TOKEN: token },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4_000)))
  try {
    const url = await readyUrl(child, dataDir, signal)
    const readyMs = performance.now() - since
    await runJob(`${url}/api/v1`, signal)
    return { readyMs, firstJobMs: performance.now() - since }
  } catch (error) {
    if (!signal.aborted && said !== '') console.error(said)
    throw error
  } finally {
    await stop(child)
  }
}

async function readyUrl(child: ChildProcess, dataDir: string, signal: AbortSignal): Promise<string> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The runner ended with ${child.exitCode} before it was ready.`)
    const text = await readFile(join(dataDir, 'runner.json'), 'utf8').catch(() => '')
    const record = text === '' ? undefined : (JSON.parse(text) as { pid: number; url: string })
    if (record?.pid === child.pid && record !== undefined) {
      const health = await fetch(`${record.url}/health`, { signal }).catch(() => undefined)
      if (health?.ok === true) return record.url
    }
    await delay(pollMs, undefined, { signal })
  }
}

async function runJob(api: string, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ a: 1, b: 2 })
  const ask = async (path: string, init: RequestInit): Promise<{ id: string; state: string }> => {
    const response = await fetch(`${api}${path}`, { ...init, headers, signal })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as { id: string; state: string }
  }
  const { id } = await ask('/jobs/add-two-numbers', { method: 'POST', body })
  for (;;) {
    const { state } = await ask(`/jobs/${id}`, {})
    if (state === 'completed') return
    if (state === 'failed' || state === 'cancelled') throw new Error(`The first job ended as ${state}.`)
    await delay(pollMs, undefined, { signal })
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  await ended
}

export const starts: Measure = {
  name: 'starts',
  async run(bench) {
    const found: Starts[] = []
    for (let round = 0; round < bench.rounds; round++) {
      const { cold, warm } = await timeStarts(bench.signal)
      found.push({ cold, warm })
      bench.say(`starts: cold ${Math.round(cold.readyMs)} ms, warm ${Math.round(warm.readyMs)} ms`)
    }
    const row = (name: string, times: Start[], readyMs: number): Row => ({
      name,
      cells: [
        { value: median(times.map((start) => start.readyMs)), unit: 'ms', aim: { atMost: readyMs } },
        { value: median(times.map((start) => start.firstJobMs)), unit: 'ms' },
      ],
    })
    return [
      {
        title: 'Start, and first job',
        how: `The built headless runner in a process of its own, queue and history on the embedded PostgreSQL: time from spawning it until \`/health\` says ready, and until a job sent over REST at once after that has completed; ${bench.rounds} of each.`,
        columns: ['ready', 'first job done'],
        rows: [
          row(
            'cold: new data folder',
            found.map(({ cold }) => cold),
            4_000,
          ),
          row(
            'warm: the same again',
            found.map(({ warm }) => warm),
            1_000,
          ),
        ],
      },
    ]
  },
}
