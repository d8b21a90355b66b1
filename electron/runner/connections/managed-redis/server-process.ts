import { execFile, spawn } from 'node:child_process'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { TorilError } from '../../../contract/errors.ts'
import { childEnvironment } from '../../child-environment.ts'
import { isAlive } from '../embedded/postmaster-file.ts'
import { watchProcess, type ServerProcess } from '../embedded/server-process.ts'
import { answersAt } from './control-connection.ts'
import type { RedisProgram } from './find-program.ts'
import { readRecord, removeRecord, writeRecord, type ServerFiles } from './server-files.ts'

const run = promisify(execFile)

/** A server that answers nothing at all; one that reads its data may take as long as it needs. */
const silentMs = 30_000

/** Past this the log of earlier starts is put aside, once. */
const maxLogBytes = 5_000_000

/** The start of a process, which tells it from a later one with the same number; undefined where it cannot be had. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  if (process.platform !== 'linux') {
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
    return stdout.trim() === '' ? undefined : stdout.trim()
  }
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The second field, the name in brackets, may hold spaces; the start is the 22nd.
  return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has just ended.
  }
}

/** Whether the server ends within the time. */
export async function endsWithin(server: ServerProcess, milliseconds: number): Promise<boolean> {
  const timer = new AbortController()
  const late = delay(milliseconds, false, { signal: timer.signal }).catch(() => false)
  const ended = await Promise.race([server.exited.then(() => true), late])
  timer.abort()
  return ended
}

/** Lets the server write what it has (SIGTERM does what SHUTDOWN does), and ends it when it does not end. */
export async function endServer(server: ServerProcess): Promise<void> {
  if (await endsWithin(server, 0)) return
  signal(server.pid, 'SIGTERM')
  if (await endsWithin(server, 15_000)) return
  signal(server.pid, 'SIGKILL')
  await endsWithin(server, 5_000)
}

/** Resolves with true when the server takes commands, with false when it was silent for too long or `gone` says so. */
async function isReady(files: ServerFiles, gone: () => boolean): Promise<boolean> {
  for (let silentSince = Date.now(); ;) {
    const answer = await answersAt(files.place)
    if (answer === 'yes') return true
    if (answer === 'loading') silentSince = Date.now()
    if (gone() || Date.now() - silentSince > silentMs) return false
    await delay(25)
  }
}

/**
 * The server that a killed Toril left behind, once it answers. One that does not is ended: two servers on the
 * same data would spoil it.
 */
export async function findServer(files: ServerFiles): Promise<ServerProcess | undefined> {
  const record = await readRecord(files.folder)
  const recorded = record !== undefined && (await isAlive(record.pid)) ? record : undefined
  const ours =
    recorded !== undefined && recorded.start !== undefined && recorded.start === (await startOf(recorded.pid))
  if ((await answersAt(files.place)) !== 'no' || ours) {
    let alive = true
    const exited = ours ? watchProcess(recorded.pid) : undefined
    void exited?.then(() => (alive = false))
    // Whoever listens there is ours: nobody else may enter the folder, or knows the password.
    if (await isReady(files, () => !alive)) return { pid: recorded?.pid ?? 0, exited: exited ?? Promise.resolve('') }
    if (ours) await endServer({ pid: recorded.pid, exited: watchProcess(recorded.pid) })
  }
  await removeRecord(files.folder)
  return undefined
}

/** One sentence out of what the server wrote before it gave up. */
function startFailure(files: ServerFiles, program: RedisProgram, output: string, how: string): TorilError {
  const cause = new Error(output.slice(-4_000))
  const fail = (message: string): TorilError => new TorilError('UNAVAILABLE', message, { cause })
  const start = `The managed Redis (${program.name} ${program.version}) in ${files.folder} did not start`
  if (/No space left|disk quota/i.test(output))
    return fail(`${start}: the disk is full. Free some space and start Toril again.`)
  if (/redis-check-aof|valkey-check-aof|Bad file format|Unrecoverable error/i.test(output)) {
    return fail(
      `${start}: its append-only file is damaged. Keep a copy of the folder, repair the file with redis-check-aof --fix, and start Toril again.`,
    )
  }
  if (/Can't handle (RDB|AOF) format version|unsupported version|newer than/i.test(output)) {
    return fail(`${start}: a newer version wrote its data. Install that version again.`)
  }
  if (/Permission denied|Read-only file system/i.test(output))
    return fail(`${start}: it may not use its files. Give them back to their owner.`)
  const last =
    output
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ [.*#-] /, '') ?? ''
  return fail(`${start}: ${last === '' ? how : last.replace(/\.$/, '')}. See ${files.log}.`)
}

/** Starts the server and resolves when it takes commands. Rejects with TorilError UNAVAILABLE saying why it did not. */
export async function launchServer(files: ServerFiles, program: RedisProgram): Promise<ServerProcess> {
  const size = await stat(files.log).then(
    (found) => found.size,
    () => 0,
  )
  if (size > maxLogBytes) await rename(files.log, `${files.log}.1`)
  const log = await open(files.log, 'a', 0o600)
  try {
    const from = (await log.stat()).size
    const child = spawn(program.file, [files.config], {
      // What it says before it has read where its log is goes there too.
      stdio: ['ignore', log.fd, log.fd],
      cwd: files.folder,
      env: childEnvironment(),
      // A session of its own: Ctrl+C in the terminal is for Toril, which still has jobs to give back.
      detached: true,
      windowsHide: true,
    })
    child.unref()
    let ended: string | undefined
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, by) => resolve(by === null ? `it ended with code ${code}` : `it was ended by ${by}`))
    })
    void exited.then((how) => (ended = how))
    const server = { pid: child.pid ?? 0, exited }
    if (child.pid !== undefined) await writeRecord(files, child.pid, await startOf(child.pid))
    if (await isReady(files, () => ended !== undefined)) return server
    await endServer(server)
    const output = (await readFile(files.log)).subarray(from).toString()
    throw startFailure(files, program, output, ended ?? 'it did not answer')
  } finally {
    await log.close()
  }
}
