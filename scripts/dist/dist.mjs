// `npm run dist [-- --dir] [-- --x64 | --arm64]`: builds the packages of the system it runs on into dist/.
import { join } from 'node:path'
import { ensureReady } from '../setup.mjs'
import { root } from '../setup/paths.mjs'
import { runMain, say, SetupError } from '../setup/say.mjs'
import { fetchElectron, findElectron } from '../start/electron.mjs'
import { complaintOf, runBuilder } from './builder.mjs'
import { ensurePostgres } from './postgres-binaries.mjs'

/** @type {Record<string, { flag: string, archs: string[] }>} */
const systems = {
  darwin: { flag: '--mac', archs: ['x64', 'arm64'] },
  win32: { flag: '--win', archs: ['x64'] },
  linux: { flag: '--linux', archs: ['x64', 'arm64'] },
}

/** electron-builder fetches Electron by itself, but tries for minutes before it says that it cannot. */
async function requireElectron() {
  if (findElectron() !== undefined) return
  const fetched = await fetchElectron({ again: true })
  if (!('reason' in fetched)) return
  throw new SetupError(
    `Packages need Electron's binary, which ${fetched.reason}. Set ELECTRON_MIRROR to a place that has it, ` +
      'or run npm run dist:check, which proves the rest without it.',
  )
}

await runMain(async () => {
  const system = systems[process.platform]
  if (system === undefined) throw new SetupError(`There are no packages for ${process.platform}.`)
  const args = process.argv.slice(2)
  const asked = system.archs.filter((arch) => args.includes(`--${arch}`))
  const archs = asked.length > 0 ? asked : system.archs
  await ensureReady()
  await requireElectron()
  for (const arch of archs) await ensurePostgres(arch)
  const dir = args.includes('--dir') ? ['dir'] : []
  const built = await runBuilder([system.flag, ...dir, ...archs.map((arch) => `--${arch}`)], { echo: true })
  if (built.code !== 0) {
    throw new SetupError(
      `electron-builder could not build the packages. If it names a download, its tools cannot be had here.\n` +
        complaintOf(built.output),
    )
  }
  say(`the packages are in ${join(root, 'dist')}`)
  return 0
})
