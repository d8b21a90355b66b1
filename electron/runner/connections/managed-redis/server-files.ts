import { createHash, randomBytes } from 'node:crypto'
import { chmod, lstat, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod'
import { TorilError } from '../../../contract/errors.ts'

/** How the server is reached. On Windows there is no unix socket, so a password guards a loopback port. */
export type RedisPlace = { path: string } | { host: '127.0.0.1'; port: number; password: string }

/** Where the server's files are; all of them are for their owner only. */
export interface ServerFiles {
  /** Holds the data. */
  folder: string
  config: string
  log: string
  place: RedisPlace
}

const recordSchema = z.object({
  pid: z.int().positive(),
  /** Tells this process from a later one with the same number. */
  start: z.string().optional(),
  socket: z.string().optional(),
  port: z.int().optional(),
  password: z.string().optional(),
})
/** What the next Toril has to know about a server that was left running. */
export type ServerRecord = z.infer<typeof recordSchema>

/** sun_path holds 104 bytes on macOS and 108 on Linux, the closing zero included. */
const socketPathLimit = 103

const socketName = 'redis.sock'
const recordFile = (folder: string): string => join(folder, 'server.json')

async function writePrivately(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}`
  await writeFile(unfinished, text, { mode: 0o600 })
  await rename(unfinished, file)
}

/** Undefined without one, or with one that is no use. */
export async function readRecord(folder: string): Promise<ServerRecord | undefined> {
  const text = await readFile(recordFile(folder), 'utf8').catch(() => '')
  try {
    return recordSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export async function writeRecord(
  { folder, place }: ServerFiles,
  pid: number,
  start: string | undefined,
): Promise<void> {
  const where = 'path' in place ? { socket: place.path } : { port: place.port, password: place.password }
  const record: ServerRecord = { pid, ...(start === undefined ? {} : { start }), ...where }
  await writePrivately(recordFile(folder), `${JSON.stringify(record)}\n`)
}

export function removeRecord(folder: string): Promise<void> {
  return rm(recordFile(folder), { force: true })
}

/** A folder of ours for the socket where the data folder's path is too long for one. */
async function shortFolder(folder: string): Promise<string> {
  const name = `toril-redis-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`
  const parent = [tmpdir(), '/tmp'].find(
    (each) => Buffer.byteLength(join(each, `${name}-abcdef`, socketName)) <= socketPathLimit,
  )
  const steady = join(parent ?? '/tmp', name)
  await mkdir(steady, { mode: 0o700 }).catch(() => undefined)
  const found = await lstat(steady).catch(() => undefined)
  if (found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0) return steady
  // Somebody else took that name in a folder that all may write to.
  return mkdtemp(`${steady}-`)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function choosePlace(folder: string, record: ServerRecord | undefined): Promise<RedisPlace> {
  if (process.platform === 'win32') {
    const { port, password } = record ?? {}
    if (port !== undefined && password !== undefined) return { host: '127.0.0.1', port, password }
    return { host: '127.0.0.1', port: await freePort(), password: randomBytes(24).toString('base64url') }
  }
  const inside = join(folder, socketName)
  if (Buffer.byteLength(inside) <= socketPathLimit) return { path: inside }
  // A server that runs already listens where its record says.
  const before = record?.socket
  if (before !== undefined && (await lstat(before).catch(() => undefined))?.isSocket() === true) return { path: before }
  return { path: join(await shortFolder(folder), socketName) }
}

/** In quotes a path may hold blanks; see sdssplitargs of Redis. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}

async function writeConfig({ folder, config, log, place }: ServerFiles): Promise<void> {
  const listen =
    'path' in place
      ? ['port 0', `unixsocket ${quoted(place.path)}`, 'unixsocketperm 700']
      : [`port ${place.port}`, 'bind 127.0.0.1', `requirepass ${quoted(place.password)}`]
  const lines = [
    '# Written by Toril at each start: changes are lost.',
    ...listen,
    'protected-mode yes',
    'daemonize no',
    `dir ${quoted(folder)}`,
    `logfile ${quoted(log)}`,
    'loglevel notice',
    // At most a second of acknowledged jobs is lost in a power cut, none when only the process dies.
    'appendonly yes',
    'appendfsync everysec',
    // The append-only file is the data; snapshots beside it would only cost.
    'save ""',
    // A queue must not lose keys for want of memory.
    'maxmemory-policy noeviction',
  ]
  await writePrivately(config, `${lines.join('\n')}\n`)
}

/** Makes what the server needs. Rejects with TorilError UNAVAILABLE naming the folder. */
export async function prepareFiles(dataDir: string): Promise<ServerFiles> {
  const folder = join(dataDir, 'redis')
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await chmod(folder, 0o700)
    const logs = join(dataDir, 'logs')
    await mkdir(logs, { recursive: true, mode: 0o700 })
    const place = await choosePlace(folder, await readRecord(folder))
    const files = { folder, config: join(folder, 'redis.conf'), log: join(logs, 'redis.log'), place }
    await writeConfig(files)
    return files
  } catch (cause) {
    const { message } = cause as Error
    const sentence = `The managed Redis cannot keep its files in ${folder} (${message}). Free some space there, give Toril the right to write, or set TORIL_DATA_DIR to another folder.`
    throw new TorilError('UNAVAILABLE', sentence, { cause })
  }
}

/** Takes away what only a running server needs. */
export async function clearFiles({ folder, place }: ServerFiles): Promise<void> {
  await removeRecord(folder)
  if (!('path' in place)) return
  await rm(place.path, { force: true })
  if (!place.path.startsWith(folder)) await rm(join(place.path, '..'), { recursive: true, force: true })
}
