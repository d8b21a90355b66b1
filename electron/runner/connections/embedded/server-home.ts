import { createHash, randomBytes } from 'node:crypto'
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, realpath, rename, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { TorilError } from '../../../contract/errors.ts'
import { barrierTo, findServerAccount, isRoot, type ServerAccount } from './server-account.ts'

/** Where the embedded server lives, and how it is entered. */
export interface ServerHome {
  /** Holds the folder `data`; belongs to the account the server runs as. */
  folder: string
  password: string
  account: ServerAccount | undefined
  logFile: string
  notices: { code: string; message: string }[]
}

const recordSchema = z.object({ folder: z.string(), password: z.string().min(16) })

const recordName = 'postgres.json'

/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const socketPathLimit = 103

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12)
}

async function makeFolder(folder: string, account: ServerAccount | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if (account !== undefined) await chown(folder, account.uid, account.gid)
}

/**
 * As root the server runs as another user, which must reach its folder. The data folder itself is ours
 * to open (pass through, not list); where a folder above it is closed, such as /root, the server moves out.
 */
async function choosePlace(dataDir: string, account: ServerAccount): Promise<string> {
  let barrier = await barrierTo(dataDir, account)
  if (barrier === dataDir) {
    await chmod(dataDir, ((await stat(dataDir)).mode & 0o777) | 0o011)
    barrier = await barrierTo(dataDir, account)
  }
  if (barrier === undefined) return join(dataDir, 'postgres')
  const name = `toril-${shortHash(await realpath(dataDir))}`
  for (const parent of ['/var/lib', '/var/tmp']) {
    const folder = join(parent, name)
    const made = await mkdir(folder, { mode: 0o700 }).then(
      () => true,
      () => false,
    )
    // Others may write to /var/tmp: a folder that was there already must be ours.
    const owner = await lstat(folder).catch(() => undefined)
    const trusted = owner?.isDirectory() === true && (owner.uid === 0 || owner.uid === account.uid)
    if (made || trusted) return folder
  }
  throw new TorilError(
    'UNAVAILABLE',
    `The user ${account.name} cannot reach ${dataDir}, because ${barrier} is closed to it. Set TORIL_DATA_DIR to another folder.`,
  )
}

async function readRecord(file: string): Promise<z.infer<typeof recordSchema> | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch (cause) {
    const advice = 'It holds the password of the database beside it: restore it from a backup.'
    throw new TorilError('UNAVAILABLE', `The file ${file} is damaged. ${advice}`, { cause })
  }
}

/** Replaces the file as a whole, so that a crash leaves the old one or the new one. */
async function writeRecord(file: string, record: z.infer<typeof recordSchema>): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  await writeFile(unfinished, JSON.stringify(record, undefined, 2) + '\n', { mode: 0o600 })
  await rename(unfinished, file)
}

async function prepare(dataDir: string): Promise<ServerHome> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const account = await findServerAccount()
  if (account === undefined && isRoot()) {
    throw new TorilError(
      'UNAVAILABLE',
      'PostgreSQL does not run as root, and /etc/passwd has neither postgres nor nobody. Run Toril as another user.',
    )
  }
  const file = join(dataDir, recordName)
  let record = await readRecord(file)
  if (record === undefined) {
    const folder = account === undefined ? join(dataDir, 'postgres') : await choosePlace(dataDir, account)
    record = { folder, password: randomBytes(24).toString('base64url') }
    await writeRecord(file, record)
  }
  await makeFolder(record.folder, account)
  const logs = join(dataDir, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o700 })
  const moved = record.folder !== join(dataDir, 'postgres')
  const message = `The database lives in ${record.folder}, because PostgreSQL does not run as root and the user ${account?.name ?? ''} cannot reach ${dataDir}.`
  return {
    ...record,
    account,
    logFile: join(logs, 'postgres.log'),
    notices: moved && account !== undefined ? [{ code: 'DATABASE_ELSEWHERE', message }] : [],
  }
}

/** Makes what the embedded server needs in the data folder. Throws TorilError UNAVAILABLE naming the folder. */
export async function prepareHome(dataDir: string): Promise<ServerHome> {
  try {
    return await prepare(dataDir)
  } catch (error) {
    if (error instanceof TorilError) throw error
    throw folderError(dataDir, error)
  }
}

/** One sentence for what the file system refused. */
export function folderError(folder: string, cause: unknown): TorilError {
  const { code, message } = cause as NodeJS.ErrnoException
  const advice = 'Set TORIL_DATA_DIR to a folder Toril may write to.'
  const sentence =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? `The disk of ${folder} is full. Free some space and start Toril again.`
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? `The data folder ${folder} cannot be written to. ${advice}`
        : code === 'ENOTDIR' || code === 'EEXIST'
          ? `The data folder ${folder} is not a folder. ${advice}`
          : `The data folder ${folder} cannot be used (${message}). ${advice}`
  return new TorilError('UNAVAILABLE', sentence, { cause })
}

/** A private folder for the socket whose path fits into a socket address. */
export async function socketFolder(home: ServerHome): Promise<string> {
  const fits = (folder: string) => Buffer.byteLength(join(folder, '.s.PGSQL.5432')) <= socketPathLimit
  const inside = join(home.folder, 'socket')
  if (fits(inside)) {
    await makeFolder(inside, home.account)
    return inside
  }
  const owner = home.account?.uid ?? process.getuid?.()
  const parent = [tmpdir(), '/tmp'].find((folder) => fits(join(folder, 'toril-0123456789ab-abcdef'))) ?? '/tmp'
  const steady = join(parent, `toril-${shortHash(home.folder)}`)
  await mkdir(steady, { mode: 0o700 }).then(
    () => home.account && chown(steady, home.account.uid, home.account.gid),
    () => undefined,
  )
  const found = await lstat(steady).catch(() => undefined)
  if (found?.isDirectory() === true && found.uid === owner && (found.mode & 0o077) === 0) return steady
  // Somebody else took that name in a folder that all may write to.
  const other = await mkdtemp(`${steady}-`)
  if (home.account !== undefined) await chown(other, home.account.uid, home.account.gid)
  return other
}
