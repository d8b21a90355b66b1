import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chown, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TorilError } from '../../../contract/errors.ts'
import { childEnvironment } from '../../child-environment.ts'
import type { Binaries } from './binaries.ts'
import { isAlive } from './postmaster-file.ts'
import { folderError, type ServerHome } from './server-home.ts'
import { startFailure } from './start-failure.ts'

/** The superuser of the embedded server. */
export const embeddedUser = 'toril'

async function runInitdb(binaries: Binaries, home: ServerHome, target: string, passwordFile: string): Promise<void> {
  const parameters = [
    ...['-D', target, '-U', embeddedUser, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8'],
    // PostgreSQL's own C.UTF-8: the same order everywhere, whatever locales the machine has.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ]
  const child = spawn(binaries.initdb, parameters, {
    stdio: ['ignore', 'ignore', 'pipe'],
    cwd: home.folder,
    env: childEnvironment(),
    ...(home.account === undefined ? {} : { uid: home.account.uid, gid: home.account.gid }),
  })
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  }).catch((cause: unknown) => {
    throw new TorilError('UNAVAILABLE', `${binaries.initdb} cannot be run. Install Toril again.`, { cause })
  })
  if (code !== 0) throw startFailure(home.folder, output, `initdb ended with code ${code}`)
}

const unfinishedPrefix = 'data.new-'

async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = Number(/^data\.new-(\d+)/.exec(name)?.[1])
    if (Number.isInteger(pid) && !(await isAlive(pid))) await rm(join(folder, name), { recursive: true, force: true })
  }
}

/**
 * Makes the database files when there are none yet. They are made beside their place and moved there
 * when whole, so that a start which was killed half way is simply repeated.
 */
export async function initCluster(binaries: Binaries, home: ServerHome): Promise<string> {
  const data = join(home.folder, 'data')
  if ((await stat(join(data, 'PG_VERSION')).catch(() => undefined)) !== undefined) return data
  await removeUnfinished(home.folder)
  const target = join(home.folder, `${unfinishedPrefix}${process.pid}-${randomBytes(4).toString('hex')}`)
  const passwordFile = `${target}.password`
  try {
    await writeFile(passwordFile, home.password, { mode: 0o600 })
    if (home.account !== undefined) await chown(passwordFile, home.account.uid, home.account.gid)
    await runInitdb(binaries, home, target, passwordFile)
    await rename(target, data).catch((error: unknown) => {
      // Another Toril was quicker: its files are as good.
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    })
  } catch (error) {
    if (error instanceof TorilError) throw error
    throw folderError(home.folder, error)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(target, { recursive: true, force: true })
  }
  return data
}
