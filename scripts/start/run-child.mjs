import { spawn } from 'node:child_process'
import { constants } from 'node:os'

// A signal to the group reaches us once by itself and once more through npm, which passes it on.
const sameSignalMs = 300

const orphanCheckMs = 500

/**
 * Calls `act` when npm is gone: it passes a SIGTERM on to its shell only, which dies without telling us.
 * @param {() => void} act
 * @returns {() => void} stops watching
 */
function whenOrphaned(act) {
  const parent = process.ppid
  if (process.platform === 'win32' || process.env['npm_lifecycle_event'] === undefined) return () => {}
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    act()
  }, orphanCheckMs)
  return () => clearInterval(timer)
}

/**
 * Runs a program in the foreground: it has the terminal, gets the signals meant for us, and its exit code is ours.
 * @param {string} file
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, ownGroup?: boolean, onLine?: (line: string) => void }} [options]
 *   `ownGroup`: for servers, to whom a second signal means "at once": signals reach it only through us, each once.
 *   It cannot read from the terminal then. `onLine` reads what it prints, line by line
 * @returns {Promise<number>}
 */
export function runChild(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const ownGroup = options.ownGroup === true && process.platform !== 'win32'
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      stdio: [ownGroup ? 'ignore' : 'inherit', options.onLine === undefined ? 'inherit' : 'pipe', 'inherit'],
      detached: ownGroup,
    })
    let rest = ''
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => {
      process.stdout.write(chunk)
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) options.onLine?.(line)
    })

    /** @type {NodeJS.Signals[]} */
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    let lastAt = -Infinity
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // Ctrl-C in a terminal reaches a child of the same group without us.
      if (!ownGroup && signal === 'SIGINT' && process.stdin.isTTY) return
      const now = performance.now()
      if (now - lastAt < sameSignalMs) return
      lastAt = now
      child.kill(signal)
    }
    for (const signal of signals) process.on(signal, forward)
    const unwatch = whenOrphaned(() => forward('SIGTERM'))
    const release = () => {
      unwatch()
      for (const signal of signals) process.off(signal, forward)
    }
    child.on('error', (error) => {
      release()
      reject(error)
    })
    child.on('close', (code, signal) => {
      release()
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))
    })
  })
}
