import type { Catalog } from '../catalog/catalog.ts'
import type { QueuedJob, Verdict } from '../queue/job-queue.ts'
import type { LiveRunners } from './live-runners.ts'

/** A job that no live runner knows is looked at again after this; a changed catalog wakes it at once. */
const parkMs = 30_000
/** A job that another live runner knows is handed on quickly. */
const handOnMs = 200

export interface UnknownTypes {
  /** What to do with a job of a type this runner does not know. Never uses an attempt. */
  verdictFor(job: QueuedJob): Verdict
  /** Whether this job, delayed in the queue, is put aside and so waits for people. */
  holds(id: string): boolean
  /** Takes over a job that a runner before this one put aside; wakes it when its type is known by now. */
  adopt(job: QueuedJob): void
  /** It is no longer put aside: removed, or run by somebody else. */
  forget(id: string): void
  /** Ids put aside here whose type is still unknown. */
  parkedCount(): number
}

export interface UnknownTypesParts {
  catalog: Catalog
  runners: LiveRunners
  rule: () => 'keep' | 'fail'
  /** Makes a job put aside ready again. */
  wake: (id: string) => void
}

/**
 * Keeps jobs whose type is unknown here: put aside in the queue without using an attempt, and woken as
 * soon as the catalog learns the type.
 */
export function createUnknownTypes(parts: UnknownTypesParts): UnknownTypes {
  const parked = new Map<string, string>()

  parts.catalog.onChange(() => {
    for (const [id, type] of parked) {
      if (parts.catalog.get(type) === undefined) continue
      parked.delete(id)
      parts.wake(id)
    }
  })

  return {
    verdictFor(job) {
      parked.delete(job.id)
      if (parts.runners.knows(job.type)) return { kind: 'postpone', delayMs: handOnMs }
      if (parts.rule() === 'fail') {
        const message = `No runner knows the job type "${job.type}".`
        return { kind: 'fail', retry: false, cancelled: false, error: { code: 'UNKNOWN_JOB_TYPE', message } }
      }
      parked.set(job.id, job.type)
      return { kind: 'postpone', delayMs: parkMs }
    },
    holds: (id) => parked.has(id),
    adopt(job) {
      if (parts.catalog.get(job.type) === undefined) parked.set(job.id, job.type)
      else parts.wake(job.id)
    },
    forget: (id) => void parked.delete(id),
    parkedCount: () => parked.size,
  }
}
