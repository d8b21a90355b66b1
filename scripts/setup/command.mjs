import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'
import { nodeBinary, root } from './paths.mjs'

/**
 * @typedef {object} CommandResult
 * @property {number} code exit code; 128 when a signal or the timeout ended it
 * @property {string} output stdout and stderr, in order of arrival, at most the last 256 kB
 */

/**
 * Runs a command to its end and keeps what it prints.
 * @param {string} file
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, echo?: boolean }} [options] `echo` also shows the output
 * @returns {Promise<CommandResult>}
 */
export function runCommand(file, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let output = ''
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      output = (output + chunk.toString()).slice(-262_144)
      if (options.echo === true) process.stderr.write(chunk)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(() => child.kill(), options.timeoutMs)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, output: output + error.message })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 128, output })
    })
  })
}

/**
 * Node and npm from outside node_modules: `npm ci` takes away the ones inside while it runs.
 * @returns {{ file: string, args: string[] }}
 */
export function npmCommand() {
  const inside = join(root, 'node_modules') + sep
  const nodeName = process.platform === 'win32' ? 'node.exe' : 'node'
  const outside = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && !join(folder, sep).startsWith(inside))
    .map((folder) => join(folder, nodeName))
    .find((candidate) => existsSync(candidate))
  const node = outside ?? process.execPath
  const fromNpm = process.env['npm_execpath']
  const besideNode = [
    join(node, '..', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(node, '..', '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const cli = [...(fromNpm === undefined ? [] : [fromNpm]), ...besideNode].find(
    (candidate) => candidate.endsWith('npm-cli.js') && existsSync(candidate),
  )
  return cli === undefined ? { file: 'npm', args: [] } : { file: node, args: [cli] }
}

/** The environment in which `node` is Node 24 and the tools of node_modules are found by name. */
export function toolEnvironment() {
  const path = [join(root, 'node_modules', '.bin'), join(nodeBinary, '..'), process.env['PATH'] ?? ''].join(delimiter)
  return { ...process.env, PATH: path }
}
