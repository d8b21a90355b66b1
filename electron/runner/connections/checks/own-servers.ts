import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { TorilError } from '../../../contract/errors.ts'
import { locateBinaries } from '../embedded/binaries.ts'
import { findRedisProgram } from '../managed-redis/find-program.ts'
import type { Check, Found, TestContext } from './check.ts'

const run = promisify(execFile)

async function mayWrite(dataDir: string): Promise<void> {
  await access(dataDir, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    const message = `The data folder ${dataDir} cannot be written to (${cause.code ?? 'unknown'}). Give the user of Toril access to it.`
    throw new TorilError('UNAVAILABLE', message, { cause })
  })
}

async function embeddedProgram({ dataDir, postgresBinariesDir }: TestContext): Promise<Found> {
  const program = join(postgresBinariesDir ?? locateBinaries(), 'bin', 'postgres')
  const file = process.platform === 'win32' ? `${program}.exe` : program
  const { stdout } = await run(file, ['--version'], { windowsHide: true, timeout: 5_000 }).catch((cause: unknown) => {
    const message = `The PostgreSQL of Toril does not run (${file}). Install Toril again.`
    throw new TorilError('UNAVAILABLE', message, { cause })
  })
  await mayWrite(dataDir)
  return { detail: `PostgreSQL ${/[\d.]+/.exec(stdout)?.[0] ?? ''}, comes with Toril` }
}

async function managedProgram({ dataDir }: TestContext): Promise<Found> {
  const { name, version, file } = await findRedisProgram()
  await mayWrite(dataDir)
  return { detail: `${name} ${version}, ${file}` }
}

/** The PostgreSQL that comes with Toril: it is started when the profile is used, so only its program is looked at. */
export function embeddedCheck(part: Check['part'], context: TestContext): Check {
  return { part, step: 'program', run: () => embeddedProgram(context) }
}

/** The program of a managed Redis. */
export function managedRedisCheck(context: TestContext): Check {
  return { part: 'queue', step: 'program', run: () => managedProgram(context) }
}
