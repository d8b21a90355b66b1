import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand } from '../setup/command.mjs'
import { SetupError, elapsed, say } from '../setup/say.mjs'

/**
 * A program that only the tests need.
 * @typedef {{ package: string, find: () => string | undefined }} Tool
 */

/**
 * @param {string[]} names tried in order
 * @returns {string | undefined}
 */
function onPath(names) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : ['']
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return names
    .flatMap((name) => folders.flatMap((folder) => suffixes.map((suffix) => join(folder, name + suffix))))
    .find((candidate) => existsSync(candidate))
}

const chromiumPlaces = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
]

/** The browser of the end-to-end tests; `CHROMIUM` names another one. */
export function findChromium() {
  const given = process.env['CHROMIUM']
  if (given !== undefined && given !== '') return given
  return (
    onPath(['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser']) ??
    chromiumPlaces.find((candidate) => existsSync(candidate))
  )
}

/** OpenSSH's server: the tests run one of their own. */
export function findSshd() {
  return onPath(['sshd'])
}

/** @type {Tool[]} */
export const tools = [
  { package: 'redis-server', find: () => onPath(['redis-server', 'valkey-server']) },
  // On Windows it is a feature of the system and no package; the tests do without it there.
  ...(process.platform === 'win32' ? [] : [{ package: 'openssh-server', find: findSshd }]),
  { package: 'chromium', find: findChromium },
]

/**
 * What to type to get them.
 * @param {string[]} packages
 */
function instruction(packages) {
  if (process.platform === 'darwin') {
    return `brew install ${packages.map((name) => (name === 'redis-server' ? 'redis' : `--cask ${name}`)).join(' && brew install ')}`
  }
  if (process.platform === 'win32') return `${packages.join(' and ')}, and put them on the PATH`
  return `sudo apt-get install ${packages.join(' ')}`
}

/**
 * Installs what only the tests need with apt-get where that is allowed; else says what to install.
 * @param {string[]} [packages] all of them unless given
 */
export async function ensureTools(packages) {
  const needed = tools.filter((tool) => packages?.includes(tool.package) ?? true)
  const missing = needed.filter(({ find }) => find() === undefined).map((tool) => tool.package)
  if (missing.length === 0) return
  const rights = onPath(['apt-get']) === undefined ? undefined : await rootRights()
  if (rights !== undefined) await aptInstall(missing, rights)
  const still = needed.filter(({ find }) => find() === undefined).map((tool) => tool.package)
  if (still.length > 0) throw new SetupError(`The tests need ${still.join(' and ')}. Install: ${instruction(still)}`)
}

/**
 * What to put before a command of root's: nothing for root, sudo where it asks for no password.
 * @returns {Promise<string[] | undefined>} undefined where neither is so
 */
async function rootRights() {
  if (process.getuid?.() === 0) return []
  const sudo = ['sudo', '-n']
  return (await runCommand('sudo', ['-n', 'true'])).code === 0 ? sudo : undefined
}

/**
 * @param {string[]} packages
 * @param {string[]} rights
 */
async function aptInstall(packages, rights) {
  const since = Date.now()
  say(`installing what the tests need with apt-get: ${packages.join(', ')}`)
  // RUNLEVEL=1 keeps Debian from starting the servers as services: the tests start their own.
  // Given by env, because sudo keeps few variables.
  const command = [...rights, 'env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get']
  /** @param {string[]} args */
  const apt = (...args) => runCommand(command[0] ?? 'env', [...command.slice(1), ...args])
  const update = await apt('update', '-q')
  if (update.code !== 0) say('apt-get update failed; trying with the package lists that are there')
  const result = await apt('install', '-y', '-q', '--no-install-recommends', ...packages)
  if (result.code === 0) say(`installed in ${elapsed(since)}`)
  else say(`apt-get install failed: ${result.output.trim().split('\n').at(-1) ?? ''}`)
}
