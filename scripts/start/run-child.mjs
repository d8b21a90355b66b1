import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program in the foreground: it has the terminal, gets the signals meant for us, and its exit code is ours.
 * @param {string} file
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options] `onLine` reads what it prints, line by line
 * @returns {Promise<number>}
 */
export function runChild(file, args, options = {}) {
  return new Promise((resolve, reject) => {
    const watched = options.onLine !== undefined
    const child = spawn(file, args, {
      env: options.env ?? process.env,
      stdio: ['inherit', watched ? 'pipe' : 'inherit', 'inherit'],
    })
    let rest = ''
    child.stdout?.on('data', (/** @type {Buffer} */ chunk) => {
      process.stdout.write(chunk)
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) options.onLine?.(line)
    })

    /** @type {NodeJS.Signals[]} */
    const forwarded = ['SIGTERM', 'SIGHUP']
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => child.kill(signal)
    // Ctrl-C in a terminal reaches the whole process group: sent on, the child would see it twice.
    const interrupt = () => {
      if (!process.stdin.isTTY) child.kill('SIGINT')
    }
    for (const signal of forwarded) process.on(signal, forward)
    process.on('SIGINT', interrupt)
    const release = () => {
      for (const signal of forwarded) process.off(signal, forward)
      process.off('SIGINT', interrupt)
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
