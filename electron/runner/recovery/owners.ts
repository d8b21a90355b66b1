import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isAlive, startOf } from './process-identity.ts'

const ownerSchema = z.object({
  id: z.string().min(1),
  pid: z.int().min(1),
  start: z.string().optional(),
  /** It stopped in order; what it could not give back to a queue that was away is still in its name. */
  stopped: z.literal(true).optional(),
})
type Owner = z.infer<typeof ownerSchema>

/** Whose jobs nobody has taken over yet is remembered for so many runners of one folder. */
const maxOwners = 100

export interface Owners {
  /** Runners that had this data folder before and are gone for certain: their processes have ended. */
  readonly gone: string[]
  /** Their jobs are released: they need not be remembered. */
  forget(id: string): void
  /** This runner has stopped, though its process may go on. */
  stop(): void
}

/**
 * Remembers in the data folder which runners worked on it, and enters this one. A file that cannot be read or
 * written costs only time: the jobs of a dead runner are then taken up when their locks have run out.
 */
export function enterOwner(dataDir: string, id: string, onProblem: (message: string) => void): Owners {
  const file = join(dataDir, 'owners.json')
  const start = startOf(process.pid)
  let self: Owner = { id, pid: process.pid, ...(start === undefined ? {} : { start }) }
  let others = read(file)
  write()

  function write(): void {
    const draft = `${file}.${randomUUID()}`
    try {
      writeFileSync(draft, JSON.stringify([...others.slice(-maxOwners), self]), { mode: 0o600 })
      renameSync(draft, file)
    } catch (error) {
      rmSync(draft, { force: true })
      const reason = error instanceof Error ? error.message : String(error)
      onProblem(`${file} cannot be written: ${reason}. If this runner is killed, its jobs are taken up later.`)
    }
  }

  return {
    gone: others.filter(isGone).map((owner) => owner.id),
    forget(gone) {
      if (!others.some((owner) => owner.id === gone)) return
      others = others.filter((owner) => owner.id !== gone)
      write()
    },
    stop() {
      self = { ...self, stopped: true }
      write()
    },
  }
}

function read(file: string): Owner[] {
  try {
    return z.array(ownerSchema).parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}

/** A process id may be given again, in a container even to the next runner: the start tells them apart. */
function isGone({ pid, start, stopped }: Owner): boolean {
  if (stopped === true || !isAlive(pid)) return true
  return start !== undefined && startOf(pid) !== start
}
