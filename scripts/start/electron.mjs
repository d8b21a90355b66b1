import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { runCommand } from '../setup/command.mjs'
import { writeStamp } from '../setup/fingerprint.mjs'
import { nodeBinary, root, stateDir } from '../setup/paths.mjs'
import { elapsed, say } from '../setup/say.mjs'

const electronPackage = join(root, 'node_modules', 'electron')
const failureFile = join(stateDir, 'electron-failure.json')
const retryAfterMs = 24 * 60 * 60 * 1000
const probeMs = 4000
const fetchMs = 10 * 60 * 1000

/**
 * Electron's executable, or undefined where it was never fetched. `ELECTRON_EXEC_PATH` names another one.
 * @returns {string | undefined}
 */
export function findElectron() {
  const given = process.env['ELECTRON_EXEC_PATH']
  if (given !== undefined && given !== '') return given
  try {
    const name = readFileSync(join(electronPackage, 'path.txt'), 'utf8')
    const file = join(electronPackage, 'dist', name)
    return existsSync(file) ? file : undefined
  } catch {
    return undefined
  }
}

/** Where Electron's binary comes from: outside the npm registry, unless a mirror is named. */
function source() {
  const mirror = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror']
  try {
    return new URL(mirror ?? 'https://github.com')
  } catch {
    return new URL('https://github.com')
  }
}

/**
 * Whether the download's host answers; asked first, because the download itself retries for minutes.
 * @param {URL} url
 * @returns {Promise<string | undefined>} why not
 */
function probe(url) {
  // Through a proxy only the download itself can tell.
  if (process.env['HTTPS_PROXY'] ?? process.env['https_proxy'] ?? process.env['ALL_PROXY']) {
    return Promise.resolve(undefined)
  }
  return new Promise((resolve) => {
    const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port)
    const socket = connect({ host: url.hostname, port, timeout: probeMs })
    /** @param {string | undefined} reason */
    const end = (reason) => {
      socket.destroy()
      resolve(reason)
    }
    // The timeout of the socket does not count while the name is being resolved.
    const timer = setTimeout(() => end('does not answer'), probeMs + 500)
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end('does not answer'))
    socket.once('error', (error) => end(`cannot be reached (${'code' in error ? String(error.code) : error.message})`))
    socket.once('close', () => clearTimeout(timer))
  })
}

/** @returns {string | undefined} */
function rememberedFailure() {
  try {
    const { at, reason } = JSON.parse(readFileSync(failureFile, 'utf8'))
    const agoMs = Date.now() - Number(at)
    if (!(agoMs < retryAfterMs)) return undefined
    return `${reason} (tried ${age(agoMs)} ago; npm start -- --get-electron tries again)`
  } catch {
    return undefined
  }
}

/** @param {number} ms */
function age(ms) {
  const minutes = Math.max(1, Math.round(ms / 60_000))
  if (minutes < 60) return `${minutes} min`
  return `${Math.round(minutes / 60)} h`
}

/**
 * Fetches Electron's binary. A failure is remembered for a day, so that the next start is quick.
 * @param {{ again: boolean }} options `again`: forget an earlier failure
 * @returns {Promise<{ file: string } | { reason: string }>} `reason` goes on "Electron's binary …"
 */
export async function fetchElectron({ again }) {
  const remembered = again ? undefined : rememberedFailure()
  if (remembered !== undefined) return { reason: remembered }
  const result = await tryToFetch()
  if ('reason' in result) writeStamp(failureFile, JSON.stringify({ at: Date.now(), reason: result.reason }))
  else rmSync(failureFile, { force: true })
  return result
}

/** @returns {Promise<{ file: string } | { reason: string }>} */
async function tryToFetch() {
  const url = source()
  const unreachable = await probe(url)
  if (unreachable !== undefined) return { reason: `cannot be fetched: ${url.host} ${unreachable}` }
  const since = Date.now()
  say(`fetching Electron from ${url.host} (about 110 MB, once)`)
  const result = await runCommand(nodeBinary, ['install.js'], { cwd: electronPackage, timeoutMs: fetchMs })
  const file = findElectron()
  if (result.code === 0 && file !== undefined) {
    say(`Electron fetched in ${elapsed(since)}`)
    return { file }
  }
  const line =
    result.output.split('\n').find((text) => /error/i.test(text)) ?? `its installer ended with ${result.code}`
  return { reason: `cannot be fetched: ${line.trim().slice(0, 200)}` }
}

/**
 * Settings of the kernel that keep Chromium's sandbox from making its user namespaces.
 * @type {{ name: string, value: string }[]}
 */
const namespaceLocks = [
  { name: 'kernel.apparmor_restrict_unprivileged_userns', value: '1' },
  { name: 'kernel.unprivileged_userns_clone', value: '0' },
]

/**
 * Whether a program beside Electron's does it instead, which needs root's rights to be set on it.
 * @param {string | undefined} electron its executable, where there is one
 */
function hasSandboxProgram(electron) {
  if (electron === undefined) return false
  const found = statSync(join(dirname(electron), 'chrome-sandbox'), { throwIfNoEntry: false })
  return found !== undefined && found.uid === 0 && (found.mode & 0o4000) !== 0
}

/** @param {string} settings */
function namespaceLock(settings) {
  return namespaceLocks.find(({ name, value }) => {
    try {
      return readFileSync(join(settings, ...name.split('.')), 'utf8').trim() === value
    } catch {
      return false
    }
  })
}

/**
 * Why Electron cannot open a window on this machine; undefined where it can. Needs no Electron, so that none is
 * fetched in vain.
 * @param {string | undefined} electron its executable, where there is one
 * @param {string} [settings] folder of the kernel's settings
 * @returns {string | undefined}
 */
export function obstacle(electron, settings = '/proc/sys') {
  if (process.platform !== 'linux') return undefined
  if (process.getuid?.() === 0) {
    return 'Electron does not run as root unless its sandbox is turned off, and Toril leaves it on'
  }
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'There is no display to open a window on'
  // An Electron that was named may have an AppArmor profile of its own: it is let try.
  if (process.env['ELECTRON_EXEC_PATH'] || hasSandboxProgram(electron)) return undefined
  const lock = namespaceLock(settings)
  if (lock === undefined) return undefined
  return `The kernel keeps Electron's sandbox from working (${lock.name} is ${lock.value}), and Toril leaves it on`
}
