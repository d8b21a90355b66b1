import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { nodeBinary } from '../../scripts/setup/paths.mjs'

const project = join(import.meta.dirname, '..', '..')
const longestSaid = 20_000
/** A service manager waits a little too before it starts a program again. */
const restartMs = 200
/** Far beyond the grace time of a runner that is asked to stop. */
const longestStopMs = 120_000

export interface RunnerProcess {
  readonly url: string
  /** The last of what it has said, over all its lives. */
  said(): string
  /** SIGKILL, in whatever it is about just now; it is started again after `downMs`. False when it is down already. */
  kill(downMs: number): Promise<boolean>
  /** SIGTERM; rejects unless it ends with exit code 0. Started again after `downMs`, unless that is undefined. */
  stop(downMs?: number): Promise<boolean>
  /** Resolves when it says that it is ready. */
  ready(): Promise<void>
  /** How often it ended by itself although it had been ready: never, if all is well. */
  deaths(): string[]
  /** For good and whatever happens. */
  end(): Promise<void>
}

/** The built headless runner in a process of its own, started again whenever it ends, as a service manager does. */
export function keepRunning(env: Record<string, string>, port: number): RunnerProcess {
  const url = `http://127.0.0.1:${port}`
  const deaths: string[] = []
  let said = ''
  let child: ChildProcess | undefined
  let ended: Promise<string> = Promise.resolve('')
  let wanted = true
  /** Why the present one is about to end: then it is no death of its own. */
  let asked = false
  let wasReady = false

  function launch(): void {
    const now = spawn(nodeBinary, [join(project, 'out', 'main', 'serve.js')], {
      cwd: project,
      env: { ...process.env, ...env, TORIL_PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = now
    asked = false
    wasReady = false
    for (const stream of [now.stdout, now.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        const text = chunk.toString()
        if (text.includes('Toril is ready')) wasReady = true
        said = (said + text).slice(-longestSaid)
      })
    }
    ended = new Promise((resolve) => {
      now.once('error', (error) => resolve(error.message))
      now.once('exit', (code, signal) => resolve(String(code ?? signal)))
    })
    void ended.then((how) => {
      if (child === now) child = undefined
      if (asked) return
      // One that finds its servers away at the start says so and ends; the next one may find them.
      if (wasReady) deaths.push(`it ended by itself: ${how}`)
      if (wanted) setTimeout(revive, restartMs)
    })
  }

  function revive(): void {
    if (wanted && child === undefined) launch()
  }

  const atExit = (): void => void child?.kill('SIGKILL')
  process.once('exit', atExit)
  launch()

  return {
    url,
    said: () => said,
    deaths: () => deaths,
    async kill(downMs) {
      if (child === undefined || asked) return false
      asked = true
      child.kill('SIGKILL')
      await ended
      await delay(downMs)
      revive()
      return true
    },
    async stop(downMs) {
      if (downMs === undefined) wanted = false
      if (child === undefined || asked) return false
      asked = true
      const stopping = child
      stopping.kill('SIGTERM')
      const patience = new AbortController()
      const late = delay(longestStopMs, undefined, { signal: patience.signal }).catch(() => '')
      const how = await Promise.race([ended, late])
      patience.abort()
      if (how === undefined) stopping.kill('SIGKILL')
      // One that was told to stop before it listened for that dies of the signal, as any program.
      if (how !== '0' && !(how === 'SIGTERM' && !wasReady)) deaths.push(`told to stop, it ended with ${String(how)}`)
      await ended
      if (downMs !== undefined) {
        await delay(downMs)
        revive()
      }
      return true
    },
    async ready() {
      for (;;) {
        const health = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
        if (health?.ok === true) return
        await delay(50)
      }
    },
    async end() {
      wanted = false
      asked = true
      process.removeListener('exit', atExit)
      child?.kill('SIGKILL')
      await ended
    },
  }
}
