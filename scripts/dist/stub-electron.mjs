import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { SetupError } from '../setup/say.mjs'

// Electron marks the place of its fuses in the executable by this text, then version, length and one sign a fuse.
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const fuseCount = 9

/**
 * A folder that electron-builder takes for Linux's Electron: an executable with fuses, and nothing that runs.
 * @param {string} folder
 */
export function writeStubElectron(folder) {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'))
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '')
  const wire = String.fromCharCode(1, fuseCount) + '1'.repeat(fuseCount)
  writeFileSync(join(folder, 'electron'), `#!/bin/sh\nexit 1\n${sentinel}${wire}\n`, { mode: 0o755 })
}

/** What the fuses of the packaged app must be, by name. */
const wanted = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  GrantFileProtocolExtraPrivileges: false,
}

/**
 * Reads the fuses back from the packaged executable.
 * @param {string} executable
 */
export async function checkFuses(executable) {
  /** @type {Record<number, number | string>} */
  const wire = { ...(await getCurrentFuseWire(executable)) }
  for (const [name, on] of Object.entries(wanted)) {
    const index = FuseV1Options[/** @type {keyof typeof FuseV1Options} */ (name)]
    if (wire[index] === (on ? '1' : '0').charCodeAt(0)) continue
    throw new SetupError(`The fuse ${name} of the package is not ${on ? 'on' : 'off'}. See electron-builder.yml.`)
  }
  return Object.keys(wanted).length
}
