import { ensureReady } from './setup.mjs'
import { npmCommand, runCommand, toolEnvironment } from './setup/command.mjs'
import { nodeBinary } from './setup/paths.mjs'
import { elapsed, runMain } from './setup/say.mjs'

/**
 * @typedef {{ name: string, tool: string, args: string[] }} Check `tool` is a script of Node 24, or `npm`
 */

const projects = ['electron/contract', 'electron', 'electron/preload', 'renderer', 'workers', 'test', 'scripts']

/** @type {Check[]} the long ones first, so that two at once end together */
const checks = [
  { name: 'unused code', tool: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  ...projects.map((project) => ({
    name: `types of ${project}`,
    tool: 'node_modules/typescript/bin/tsc',
    args: ['-p', `${project}/tsconfig.json`],
  })),
  { name: 'lint', tool: 'node_modules/oxlint/bin/oxlint', args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', tool: 'node_modules/prettier/bin/prettier.cjs', args: ['--check', '--log-level=warn', '.'] },
  { name: 'lock file', tool: 'npm', args: ['ci', '--dry-run', '--ignore-scripts', '--loglevel=error'] },
  { name: 'structure', tool: 'scripts/check/run-structure.mjs', args: [] },
]

/** @param {Check} check */
async function runCheck({ name, tool, args }) {
  const since = Date.now()
  const command = tool === 'npm' ? npmCommand() : { file: nodeBinary, args: [tool] }
  const { code, output } = await runCommand(command.file, [...command.args, ...args], { env: toolEnvironment() })
  return { name, ok: code === 0, output: output.trim(), time: elapsed(since) }
}

await runMain(async () => {
  await ensureReady({ build: false })
  const since = Date.now()
  const queue = [...checks]
  /** @type {Awaited<ReturnType<typeof runCheck>>[]} */
  const results = []
  const worker = async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) results.push(await runCheck(check))
  }
  await Promise.all([worker(), worker()])
  const failed = results.filter(({ ok }) => !ok)
  for (const { name, output } of failed) console.log(`\n── ${name} ──\n${output}`)
  console.log('')
  for (const { name } of checks) {
    const result = results.find((candidate) => candidate.name === name)
    console.log(`${result?.ok === true ? 'ok    ' : 'FAILED'}  ${name} (${result?.time})`)
  }
  console.log(`\n${results.length - failed.length} of ${results.length} checks passed in ${elapsed(since)}`)
  return failed.length === 0 ? 0 : 1
})
