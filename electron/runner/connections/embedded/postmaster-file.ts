import { execFile } from 'node:child_process'
import { readFile, readlink, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a running PostgreSQL writes into `postmaster.pid` of its data folder. */
export interface PostmasterFile {
  pid: number
  port: number
  /** Empty where it listens on no socket (Windows). */
  socketDir: string
  ready: boolean
}

export function postmasterPath(data: string): string {
  return join(data, 'postmaster.pid')
}

/** Undefined when there is none, or it is only half written. */
export async function readPostmasterFile(data: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(postmasterPath(data), 'utf8').catch(() => '')
  const lines = text.split('\n').map((line) => line.trim())
  const pid = Number(lines[0])
  // A single-user backend (initdb) writes a negative number.
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3] ?? 0), socketDir: lines[4] ?? '', ready: lines[7] === 'ready' }
}

/** Whether a process with this number runs; a zombie does not. */
export async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there, but another user's.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  if (process.platform !== 'linux') return true
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // The command in brackets may hold anything, so the state is what follows the last bracket.
  return status !== '' && !/^ [ZX]/.test(status.slice(status.lastIndexOf(')') + 1))
}

/** Whether that process is a PostgreSQL on this data folder, and not another that was given the same number. */
export async function isServerOf(pid: number, data: string): Promise<boolean> {
  if (!(await isAlive(pid))) return false
  if (process.platform === 'linux') {
    // PostgreSQL works in its data folder.
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '')
    return folder === (await realpath(data).catch(() => data))
  }
  const [command, parameters] =
    process.platform === 'win32'
      ? (['tasklist', ['/FI', `PID eq ${pid}`, '/NH']] as const)
      : (['ps', ['-o', 'command=', '-p', String(pid)]] as const)
  const { stdout } = await run(command, parameters).catch(() => ({ stdout: '' }))
  return process.platform === 'win32' ? /postgres/i.test(stdout) : stdout.includes(data)
}
