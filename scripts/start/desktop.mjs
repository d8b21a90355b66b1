import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { root } from '../setup/paths.mjs'
import { runChild } from './run-child.mjs'

const lookEveryMs = 100

/** The file in which a runner tells that it is up: in the data folder, as electron/api/data-dir.ts has it. */
async function runnerFile() {
  const given = process.env['TORIL_DATA_DIR']
  if (given !== undefined && given !== '') return join(resolve(given), 'runner.json')
  // Installed by now, which it need not have been when this file was loaded.
  const { default: envPaths } = await import('env-paths')
  return join(envPaths('toril', { suffix: '' }).data, 'runner.json')
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Runs the desktop app to its end.
 * @param {string} file Electron's executable
 * @param {string[]} args
 * @returns {Promise<{ code: number } | { reason: string }>} a reason where it failed before Toril was up
 */
export async function runDesktop(file, args) {
  const path = await runnerFile()
  const before = read(path)
  let isUp = false
  const look = () => {
    const now = read(path)
    isUp ||= now !== '' && now !== before
  }
  const timer = setInterval(look, lookEveryMs)
  let isTold = false
  const onSignal = () => {
    isTold = true
  }
  /** @type {NodeJS.Signals[]} */
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, onSignal)
  try {
    const code = await runChild(file, [root, ...args], { ownGroup: true })
    look()
    return code === 0 || isUp || isTold ? { code } : { reason: `Electron ended with ${code} before Toril was up` }
  } catch (error) {
    return { reason: `Electron cannot be run (${error instanceof Error ? error.message : String(error)})` }
  } finally {
    clearInterval(timer)
    for (const signal of signals) process.off(signal, onSignal)
  }
}
