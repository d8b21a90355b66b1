import { accessSync, chmodSync, constants, mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import envPaths from 'env-paths'
import { TorilError } from '../contract/errors.ts'

/** The data folder, absolute: `TORIL_DATA_DIR`, or the system's place for the data of an application. */
export function dataDirOf(environment: { TORIL_DATA_DIR?: string | undefined }): string {
  return resolve(environment.TORIL_DATA_DIR ?? envPaths('toril', { suffix: '' }).data)
}

/** Does what reads and writes below the data folder. What the file system refuses becomes UNAVAILABLE, with one sentence. */
export function inDataDir<Result>(dataDir: string, act: () => Result): Result {
  try {
    return act()
  } catch (error) {
    throw error instanceof TorilError ? error : unusable(dataDir, error)
  }
}

function unusable(dataDir: string, error: unknown): TorilError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const sentence =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `The disk of the data folder ${dataDir} is full. Free some space and start Toril again.`
      : `The data folder ${dataDir} cannot be written${code === undefined ? '' : ` (${code})`}. Mend its permissions, or set TORIL_DATA_DIR to another folder.`
  return new TorilError('UNAVAILABLE', sentence, { cause: error })
}

/** Makes the folder when it is missing. Throws UNAVAILABLE, with one sentence, when it cannot be written. */
export function prepareDataDir(dataDir: string): void {
  inDataDir(dataDir, () => {
    const made = mkdirSync(dataDir, { recursive: true })
    // One that was there keeps its mode: its owner chose it.
    if (made !== undefined && process.platform !== 'win32') chmodSync(dataDir, 0o700)
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK)
  })
}
