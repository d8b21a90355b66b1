import type { ConnectionWatch } from './connection-watch.ts'
import type { FinishedJobs, FinishedPlace, FinishedState } from './finished-jobs.ts'
import type { BeforeTrim } from './job-queue.ts'
import type { Retention } from './queue-config.ts'

/** Jobs looked at, or deleted, in one go: small enough not to hold up the server. */
const batch = 1_000
/** Where so many are kept that looking through them takes more than one question, a tenth more is waited for. */
const spareShare = 10
/** After so long it begins anew: with what a parent waited for then, or a runner ended whose clock is far behind. */
const anewMs = 3_600_000

/** How far the finished jobs of one state are known. */
interface Walk {
  /** The last job that was looked at: all before it are deleted, not Toril's, or among `ours`. */
  after: FinishedPlace | undefined
  /** Toril's own, oldest first, with their ends: those to be kept, and as many as one look brings. */
  ours: Map<string, number>
  /** `endedBefore` of its beginning. */
  since: number
}

export interface TrimmerParts {
  finished: FinishedJobs
  /** Asks the server; each question for itself, as what lies between two is not the server's time. */
  ask: ConnectionWatch['ask']
  /** Called when a job was met that another program ended. */
  onTheirs: () => void
}

export type Trimmer = (keep: Retention, endedBefore: number, before?: BeforeTrim) => Promise<void>

const again = { again: true }

function oldest(ours: Walk['ours'], count: number): FinishedPlace[] {
  const places: FinishedPlace[] = []
  for (const [id, endedAt] of ours) {
    if (places.length >= count) break
    places.push({ id, endedAt })
  }
  return places
}

/**
 * Deletes the finished jobs that runners of Toril ended, beyond the newest `keep`, and no other. The backend does not do
 * it when a job ends: the histories of all runners must have that end first, and it would not ask who ended a job.
 * Each look goes on where the last one ended, so that a queue full of other programs' jobs is walked through once.
 */
export function createTrimmer({ finished, ask, onTheirs }: TrimmerParts): Trimmer {
  const walks = new Map<FinishedState, Walk>()

  function walkOf(state: FinishedState, endedBefore: number): Walk {
    const known = walks.get(state)
    if (known !== undefined && endedBefore - known.since < anewMs) return known
    const anew: Walk = { after: undefined, ours: new Map(), since: endedBefore }
    walks.set(state, anew)
    return anew
  }

  async function trimState(state: FinishedState, keep: number, endedBefore: number, before?: BeforeTrim) {
    const walk = walkOf(state, endedBefore)
    const { ours } = walk
    /** Of those known before: somebody may have deleted them since, or run them again. */
    let unsure = ours.size
    for (;;) {
      const page = await ask(() => finished.page(state, walk.after, endedBefore, batch), again)
      for (const { id, endedAt, whose } of page) {
        // Run again it comes anew, at the end of the line.
        ours.delete(id)
        if (whose === 'ours') ours.set(id, endedAt)
        else if (whose === 'theirs') onTheirs()
      }
      walk.after = page.at(-1) ?? walk.after
      if (ours.size > keep + (keep < batch ? 0 : keep / spareShare)) {
        await forgetGone(state, ours, unsure)
        unsure = 0
        await removeBeyond(state, ours, keep, before)
      }
      if (page.length < batch) return
    }
  }

  /** Of the first so many. */
  async function forgetGone(state: FinishedState, ours: Walk['ours'], count: number): Promise<void> {
    const known = oldest(ours, count)
    for (let from = 0; from < known.length; from += batch) {
      const some = known.slice(from, from + batch)
      const there = new Set((await ask(() => finished.present(state, some), again)).map(({ id }) => id))
      for (const { id } of some) if (!there.has(id)) ours.delete(id)
    }
  }

  async function removeBeyond(state: FinishedState, ours: Walk['ours'], keep: number, before?: BeforeTrim) {
    while (ours.size > keep) {
      const going = oldest(ours, Math.min(batch, ours.size - keep))
      await before?.(going.map(({ id }) => id))
      await ask(() => finished.remove(state, going), again)
      // What was not to go after all is met again when the walk begins anew, or when it has ended anew.
      for (const { id } of going) ours.delete(id)
    }
  }

  return async (keep, endedBefore, before) => {
    for (const state of ['completed', 'failed'] as const) await trimState(state, keep[state], endedBefore, before)
  }
}
