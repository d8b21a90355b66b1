import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { TorilError } from '../contract/errors.ts'
import { isAlive, startOf } from '../runner/recovery/process-identity.ts'
import { readRunnerFile } from './runner-file.ts'

const lockSchema = z.object({ pid: z.int().min(1), start: z.string().optional() })

/**
 * Takes the data folder for this process, so that no two runners start the same embedded database.
 * Answers the function that gives it back. Throws UNAVAILABLE when a live runner has it.
 */
export function lockDataDir(dataDir: string): () => void {
  const file = join(dataDir, 'runner.lock')
  const start = startOf(process.pid)
  const own = JSON.stringify({ pid: process.pid, ...(start === undefined ? {} : { start }) })
  if (create(file, own)) return () => release(file, own)
  // There is a lock: of a live runner, or left by a dead one.
  const left = read(file)
  const holder = parse(left)
  if (holder !== undefined && isHeld(holder)) throw taken(dataDir, holder.pid)
  if (holder === undefined && isFresh(file)) throw starting(dataDir)
  const aside = `${file}.${process.pid}`
  renameSync(file, aside)
  // Somebody quicker may have put their own lock there since it was read: that one goes back.
  if (read(aside) !== left) {
    renameSync(aside, file)
    throw starting(dataDir)
  }
  rmSync(aside)
  if (create(file, own)) return () => release(file, own)
  throw starting(dataDir)
}

function create(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parse(text: string | undefined): z.infer<typeof lockSchema> | undefined {
  try {
    return lockSchema.safeParse(JSON.parse(text ?? '')).data
  } catch {
    return undefined
  }
}

/** A lock without content was made this very moment, or its disk was full. */
function isFresh(file: string): boolean {
  const made = statSync(file, { throwIfNoEntry: false })
  return made !== undefined && Date.now() - made.mtimeMs < 5_000
}

/** A container gives the next runner the same pid again: the start tells them apart. */
function isHeld({ pid, start }: z.infer<typeof lockSchema>): boolean {
  if (!isAlive(pid)) return false
  if (start !== undefined) return startOf(pid) === start
  return pid !== process.pid
}

function taken(dataDir: string, pid: number): TorilError {
  const url = readRunnerFile(dataDir)?.url
  const where = url === undefined ? 'is starting or stopping' : `answers at ${url}`
  return new TorilError(
    'UNAVAILABLE',
    `A runner (process ${pid}) already has the data folder ${dataDir} and ${where}. Stop it, or set TORIL_DATA_DIR to another folder.`,
  )
}

function starting(dataDir: string): TorilError {
  return new TorilError('UNAVAILABLE', `Another runner is just starting on ${dataDir}. Try again in a moment.`)
}

function release(file: string, own: string): void {
  if (read(file) === own) rmSync(file, { force: true })
}
