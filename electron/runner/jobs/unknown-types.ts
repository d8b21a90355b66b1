import type { Catalog } from '../catalog/catalog.ts'
import type { Offered } from '../cluster/hand-over.ts'
import type { QueuedJob, Taken, Verdict } from '../queue/job-queue.ts'
import type { LiveRunners } from './live-runners.ts'

/** A job that no live runner knows is looked at again after this; a changed catalog or a new runner wakes it at once. */
const parkMs = 30_000
/** A job that another runner will make ready once it has room becomes ready by itself after this. */
const laterMs = 10_000
/** Where no runner answers the offer, the job is offered again after this, then twice that, … */
const refusedMs = 250
const longestMs = 5_000
/** More jobs put off are not remembered: a forgotten one shows as delayed for some seconds. */
const rememberedLimit = 10_000

export interface UnknownTypes {
  /** What to do with a job of a type this runner does not know. Never uses an attempt. */
  verdictFor(taken: Pick<Taken, 'job' | 'token'>): Promise<Verdict>
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
  runners: Pick<LiveRunners, 'knows' | 'lastSeen' | 'onLook'>
  rule: () => 'keep' | 'fail'
  /** Offers a job held by this runner to one that knows its type. */
  offer: (job: { id: string; type: string; token: string }) => Promise<Offered>
  /** Makes a job put aside ready again. */
  wake: (id: string) => void
}

/**
 * Keeps jobs whose type is unknown here, without using an attempt: handed to a runner that knows it, or put
 * aside in the queue until the catalog learns the type or such a runner comes.
 */
export function createUnknownTypes(parts: UnknownTypesParts): UnknownTypes {
  /** By id, the type. */
  const parked = new Map<string, string>()
  /** Put off for another runner: how often it was in vain, and when the job is ready again, epoch ms. */
  const putOff = new Map<string, { type: string; refused: number; until: number }>()
  /** Runners that took jobs at the last look. */
  let takers = new Set<string>()

  function wakeAll(isKnown: (type: string) => boolean): void {
    for (const [id, type] of parked) {
      if (!isKnown(type)) continue
      parked.delete(id)
      parts.wake(id)
    }
  }

  parts.catalog.onChange(() => wakeAll((type) => parts.catalog.get(type) !== undefined))
  parts.runners.onLook(() => {
    wakeAll((type) => parts.runners.knows(type))
    wakeForNewTakers()
  })

  /** Those that were asked before may be busy or gone; one that has just begun to take jobs was not asked. */
  function wakeForNewTakers(): void {
    const taking = parts.runners.lastSeen().filter(({ self, state }) => !self && state === 'taking')
    const fresh = taking.filter(({ id }) => !takers.has(id))
    takers = new Set(taking.map(({ id }) => id))
    if (fresh.length === 0) return
    for (const [id, { type, until }] of putOff) {
      if (until > Date.now() && fresh.some(({ jobTypes }) => jobTypes.includes(type))) parts.wake(id)
    }
  }

  function postpone(id: string, type: string, delayMs: number, refused: number): Verdict {
    putOff.delete(id)
    putOff.set(id, { type, refused, until: Date.now() + delayMs })
    const oldest = putOff.keys().next().value
    if (putOff.size > rememberedLimit && oldest !== undefined) putOff.delete(oldest)
    return { kind: 'postpone', delayMs }
  }

  return {
    async verdictFor({ job, token }) {
      const { id, type } = job
      parked.delete(id)
      if (parts.runners.knows(type)) {
        const answer = await parts.offer({ id, type, token })
        if (answer === 'later') return postpone(id, type, laterMs, 0)
        const refused = (putOff.get(id)?.refused ?? 0) + 1
        if (answer === 'refused')
          return postpone(id, type, Math.min(longestMs, refusedMs * 2 ** (refused - 1)), refused)
        putOff.delete(id)
        return { kind: 'handed-over' }
      }
      putOff.delete(id)
      if (parts.rule() === 'fail') {
        const message = `No runner knows the job type "${type}".`
        return { kind: 'fail', retry: false, cancelled: false, error: { code: 'UNKNOWN_JOB_TYPE', message } }
      }
      parked.set(id, type)
      return { kind: 'postpone', delayMs: parkMs }
    },
    holds: (id) => parked.has(id) || (putOff.get(id)?.until ?? 0) > Date.now(),
    adopt(job) {
      if (parts.catalog.get(job.type) === undefined) parked.set(job.id, job.type)
      else parts.wake(job.id)
    },
    forget(id) {
      parked.delete(id)
      putOff.delete(id)
    },
    parkedCount: () => parked.size,
  }
}
