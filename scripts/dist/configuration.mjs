import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from '../setup/paths.mjs'
import { SetupError } from '../setup/say.mjs'

/** The library that electron-builder itself reads the file with; it brings no types. */
const yaml = /** @type {{ load(text: string): unknown }} */ (createRequire(import.meta.url)('js-yaml'))

/**
 * What each system is promised. electron-builder itself checks every key of the file, whichever system it
 * builds for; this checks that the promise is in it, and that the files it names are there.
 * @type {Record<string, Record<string, string[]>>}
 */
const promised = {
  mac: { dmg: ['x64', 'arm64'], zip: ['x64', 'arm64'] },
  win: { nsis: ['x64'] },
  linux: { AppImage: ['x64', 'arm64'], deb: ['x64', 'arm64'], 'tar.gz': ['x64', 'arm64'] },
}

/**
 * @typedef {object} Platform
 * @property {{ target: string, arch: string[] }[]} target
 * @property {string} icon
 * @property {string} [entitlements]
 */

/** @returns {Record<string, Platform>} the sections mac, win and linux of electron-builder.yml */
function readConfiguration() {
  const text = readFileSync(join(root, 'electron-builder.yml'), 'utf8')
  return /** @type {Record<string, Platform>} */ (yaml.load(text))
}

/** Answers what is promised, as `mac dmg x64` and so on; throws where the configuration does not keep it. */
export function checkConfiguration() {
  const configuration = readConfiguration()
  /** @type {string[]} */
  const targets = []
  for (const [system, wanted] of Object.entries(promised)) {
    const section = configuration[system]
    if (section === undefined) throw new SetupError(`electron-builder.yml has no section ${system}.`)
    for (const [target, archs] of Object.entries(wanted)) {
      const found = section.target.find((one) => one.target === target)
      const missing = archs.filter((arch) => found?.arch.includes(arch) !== true)
      if (missing.length > 0) {
        throw new SetupError(`electron-builder.yml builds no ${system} ${target} for ${missing.join(', ')}.`)
      }
      targets.push(...archs.map((arch) => `${system} ${target} ${arch}`))
    }
    for (const file of [join('scripts/dist/resources', section.icon), section.entitlements]) {
      if (file !== undefined && !existsSync(join(root, file))) {
        throw new SetupError(`electron-builder.yml names ${file} for ${system}, which is missing.`)
      }
    }
  }
  return targets
}
