import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivateFile } from './private-file.ts'

export interface Token {
  value: string
  /** The user set it in TORIL_TOKEN, rather than Toril making it. */
  isGiven: boolean
}

/**
 * The token that every door asks for: `TORIL_TOKEN`, or one that is made once and kept in the file `token`
 * of the data folder, mode 0600, so that browsers stay signed in when the runner is started again.
 */
export function loadToken(dataDir: string, environment: { TORIL_TOKEN?: string | undefined }): Token {
  if (environment.TORIL_TOKEN !== undefined) return { value: environment.TORIL_TOKEN, isGiven: true }
  const file = join(dataDir, 'token')
  const kept = readToken(file)
  if (kept !== undefined) return { value: kept, isGiven: false }
  // 256 bits: not to be guessed, and safe in a URL as it is.
  const value = randomBytes(32).toString('base64url')
  writePrivateFile(file, `${value}\n`)
  return { value, isGiven: false }
}

function readToken(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (!/^[\w-]{32,}$/.test(text)) return undefined
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    return text
  } catch {
    return undefined
  }
}
