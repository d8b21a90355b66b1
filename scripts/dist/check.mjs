// `npm run dist:check`: proves the package without Electron and without a network.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureReady } from '../setup.mjs'
import { elapsed, runMain, say, SetupError } from '../setup/say.mjs'
import { complaintOf, runBuilder } from './builder.mjs'
import { checkConfiguration } from './configuration.mjs'
import { checkContents, sizesOf } from './package-contents.mjs'
import { runJobs } from './run-packaged.mjs'
import { checkFuses, writeStubElectron } from './stub-electron.mjs'
import { unpackApp } from './unpack-app.mjs'

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1).padStart(7)} MB`

/** @param {string} work an empty folder */
async function check(work) {
  const targets = checkConfiguration()
  console.log(`Configuration: ${targets.length} packages, ${targets.join(', ')}`)

  const since = Date.now()
  writeStubElectron(join(work, 'electron'))
  const built = await runBuilder([
    '--linux',
    'dir',
    `--${process.arch}`,
    `-c.electronDist=${join(work, 'electron')}`,
    `-c.directories.output=${join(work, 'dist')}`,
  ])
  if (built.code !== 0) throw new SetupError(`electron-builder failed:\n${complaintOf(built.output)}`)
  const folder = join(work, 'dist', process.arch === 'x64' ? 'linux-unpacked' : `linux-${process.arch}-unpacked`)
  const resources = join(folder, 'resources')
  console.log(`Package: built in ${elapsed(since)}`)

  const fuses = await checkFuses(join(folder, 'toril'))
  const files = checkContents(join(resources, 'app.asar'), `linux-${process.arch}`)
  console.log(`Contents: ${files} entries in app.asar, ${fuses} fuses set`)

  mkdirSync(join(work, 'installed'))
  const app = unpackApp(resources, join(work, 'installed'))
  for (const line of await runJobs(app, work)) console.log(`Job run from the package: ${line}`)

  console.log('Sizes, without Electron itself:')
  const sizes = sizesOf(resources)
  for (const [part, size] of sizes) console.log(`${megabytes(size)}  ${part}`)
  console.log(`${megabytes(sizes.reduce((sum, [, size]) => sum + size, 0))}  in all`)
}

await runMain(async () => {
  if (process.platform !== 'linux') {
    say('dist:check builds the Linux folder and runs it, so it needs Linux. Nothing was checked.')
    return 0
  }
  await ensureReady()
  const work = mkdtempSync(join(tmpdir(), 'toril-dist-'))
  // PostgreSQL runs as another user when this is root, and has to reach its programs.
  chmodSync(work, 0o755)
  try {
    await check(work)
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 })
  }
  return 0
})
