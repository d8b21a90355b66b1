import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { runCommand } from '../setup/command.mjs'
import { nodeBinary } from '../setup/paths.mjs'
import { SetupError } from '../setup/say.mjs'

const readyMs = 60_000
const stopMs = 30_000

/**
 * Runs jobs from the package's own headless entry and its own command line, on its own PostgreSQL, then
 * stops it and sees that nothing was left.
 * @param {string} app the folder app.asar
 * @param {string} workFolder
 * @returns {Promise<string[]>} one line for each job
 */
export async function runJobs(app, workFolder) {
  const dataDir = join(workFolder, 'data')
  const env = environment(dataDir)
  const server = startServer(join(app, 'out', 'main', 'serve.js'), workFolder, env)
  /** @type {string[]} */
  let lines
  try {
    await untilReady(dataDir, server)
    /** @param {string} type @param {object} input */
    const run = async (type, input) => {
      const cli = join(app, 'out', 'main', 'cli.js')
      const args = [cli, 'enqueue', type, JSON.stringify(input), '--wait', '--json']
      const { code, output } = await runCommand(nodeBinary, args, { cwd: workFolder, env, timeoutMs: readyMs })
      const job = parseJob(output)
      if (code === 0 && job?.state === 'completed') return job.result
      throw new SetupError(`${type} did not finish in the package.\n${output}\n${server.output()}`)
    }
    lines = [await addTwoNumbers(run), await hashFolder(run, join(workFolder, 'sample'))]
  } catch (error) {
    await server.stop()
    throw error
  }
  const code = await server.stop()
  if (code !== 0) throw new SetupError(`The runner of the package ended with ${String(code)}.\n${server.output()}`)
  const left = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).find((file) =>
    /(^|[/\\])(runner\.json|runner\.lock|postmaster\.pid)$/.test(file),
  )
  if (left !== undefined) throw new SetupError(`The runner of the package left ${left} behind when it stopped.`)
  return lines
}

/** @typedef {(type: string, input: object) => Promise<unknown>} Run */

/** @param {Run} run */
async function addTwoNumbers(run) {
  const sum = await run('add-two-numbers', { a: 40, b: 2 })
  if (sum !== 42) throw new SetupError(`add-two-numbers of the package answered ${String(sum)} instead of 42.`)
  return 'add-two-numbers 40 + 2 = 42'
}

/** @param {Run} run @param {string} sample a folder to make */
async function hashFolder(run, sample) {
  mkdirSync(join(sample, 'inner'), { recursive: true })
  writeFileSync(join(sample, 'one.txt'), 'one')
  writeFileSync(join(sample, 'inner', 'two.txt'), 'two!')
  const result = /** @type {Record<string, unknown>} */ (await run('hash-folder', { path: sample }))
  if (result['files'] === 2 && result['bytes'] === 7) return 'hash-folder 2 files, 7 bytes'
  throw new SetupError(`hash-folder of the package answered ${JSON.stringify(result)} for 2 files of 7 bytes.`)
}

/**
 * Nothing of the surroundings may choose a queue or a database, or lend the package a module.
 * @param {string} dataDir
 */
function environment(dataDir) {
  const foreign = /^(TORIL_(?!TEST_)|REDIS_|DATABASE_URL|NODE_)/
  const clean = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(clean), TORIL_DATA_DIR: dataDir, TORIL_PORT: '0' }
}

/**
 * @typedef {object} Server
 * @property {() => boolean} ended
 * @property {() => string} output
 * @property {() => Promise<number | null>} stop answers the exit code
 */

/** @param {string} entry @param {string} cwd @param {NodeJS.ProcessEnv} env @returns {Server} */
function startServer(entry, cwd, env) {
  const child = spawn(nodeBinary, [entry], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  /** @param {Buffer} chunk */
  const take = (chunk) => {
    output = (output + chunk.toString()).slice(-8000)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  /** @type {Promise<number | null>} */
  const ended = new Promise((resolve) => child.once('exit', resolve))
  return {
    ended: () => child.exitCode !== null || child.signalCode !== null,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopMs)
      const code = await ended
      clearTimeout(late)
      return code
    },
  }
}

/** @param {string} dataDir @param {Server} server */
async function untilReady(dataDir, server) {
  for (const deadline = Date.now() + readyMs; Date.now() < deadline; await delay(100)) {
    if (existsSync(join(dataDir, 'runner.json'))) return
    if (server.ended()) break
  }
  throw new SetupError(`The runner of the package did not start.\n${server.output()}`)
}

/** @param {string} text @returns {{ state: string, result?: unknown } | undefined} */
function parseJob(text) {
  try {
    return /** @type {{ state: string, result?: unknown }} */ (
      JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
    )
  } catch {
    return undefined
  }
}
