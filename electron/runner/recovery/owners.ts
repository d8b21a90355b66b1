import { randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isAlive, startOf } from './process-identity.ts'

const ownerSchema = z.object({
  id: z.string().min(1),
  pid: z.int().min(1),
  start: z.string().optional(),
  /** The queues it took jobs from; older versions do not say. */
  sources: z.array(z.string()).optional(),
  /** It stopped in order; what it could not give back to a queue that was away is still in its name. */
  stopped: z.literal(true).optional(),
})
type Owner = z.infer<typeof ownerSchema>

/** Whose jobs nobody has taken over yet is remembered for so many runners of one folder. */
const maxOwners = 100

export interface Owners {
  /**
   * Runners that had this data folder before, may have left jobs in this queue and are gone for certain: their
   * processes have ended. `source` names a queue as the history does.
   */
  gone(source: string): string[]
  /** Its jobs in this queue are released; once those in all its queues are, it need not be remembered. */
  forget(id: string, source: string): void
  /** This runner takes jobs from this queue from now on. */
  takesFrom(source: string): void
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
  let self: Owner = { id, pid: process.pid, sources: [], ...(start === undefined ? {} : { start }) }
  const before = read(file)
  const gone = before.filter(isGone)
  // One that took jobs from nowhere, a read-only profile say, has left none.
  let others = before.filter((owner) => !gone.includes(owner) || owner.sources?.length !== 0)
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
    gone: (source) => gone.filter(({ sources }) => sources?.includes(source) ?? true).map((owner) => owner.id),
    forget(dead, source) {
      const owner = others.find(({ id: other }) => other === dead)
      if (owner === undefined) return
      const left = (owner.sources ?? []).filter((other) => other !== source)
      others = others.flatMap((other) =>
        other !== owner ? [other] : left.length > 0 ? [{ ...owner, sources: left }] : [],
      )
      write()
    },
    takesFrom(source) {
      if (self.sources?.includes(source) === true) return
      self = { ...self, sources: [...(self.sources ?? []), source] }
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
