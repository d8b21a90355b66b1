import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand, toolEnvironment } from './command.mjs'
import { fingerprint, stampIs, writeStamp } from './fingerprint.mjs'
import { nodeBinary, root, stateDir } from './paths.mjs'
import { SetupError, elapsed, say } from './say.mjs'

const clientFolder = join(root, 'electron', 'runner', 'history', 'generated')
const clientStamp = join(stateDir, 'client')
const buildStamp = join(stateDir, 'build')

const clientSources = ['prisma/schema.prisma', 'prisma.config.ts', 'package-lock.json']
const buildSources = [
  'electron',
  'renderer',
  'workers',
  'prisma',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
]
const buildResults = ['out/main/serve.js', 'out/main/cli.js', 'out/renderer/index.html']

/**
 * @param {string} what for the message of a failure
 * @param {string[]} args of Node 24
 */
async function runTool(what, args) {
  const result = await runCommand(nodeBinary, args, { env: toolEnvironment() })
  if (result.code === 0) return
  process.stderr.write(result.output)
  throw new SetupError(`${what} failed; what it printed is above.`)
}

/** Whether the Prisma client in the tree is that of the schema. */
export function isGenerated() {
  return existsSync(clientFolder) && stampIs(clientStamp, fingerprint(clientSources))
}

/** Generates the Prisma client from prisma/schema.prisma. */
export async function generate() {
  const since = Date.now()
  await runTool('Generating the database client', ['node_modules/prisma/build/index.js', 'generate'])
  writeStamp(clientStamp, fingerprint(clientSources))
  say(`database client generated in ${elapsed(since)}`)
}

/** Whether out/ holds the build of the sources as they are. */
export function isBuilt() {
  return buildResults.every((file) => existsSync(join(root, file))) && stampIs(buildStamp, fingerprint(buildSources))
}

/** Builds main, preload and renderer into out/. */
export async function build() {
  const since = Date.now()
  // Taken before the build: what changes while it runs is not in it.
  const sources = fingerprint(buildSources)
  say('building')
  await runTool('The build', ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'])
  writeStamp(buildStamp, sources)
  say(`built in ${elapsed(since)}`)
}
