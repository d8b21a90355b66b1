import type { QueuedJob } from './job-queue.ts'
import type { NoteStore } from './relay-line.ts'

const key = 'own'
/** A hundred years: the queue's server keeps a note for as long as it is told. */
const alwaysMs = 100 * 365 * 24 * 3_600_000

/**
 * Whether the queue is Toril's own: it was not there when a runner of Toril first came. That is written down beside
 * it. A look at what it holds would not do: the queue of another program may be empty at that moment.
 */
export async function claimQueue(notes: NoteStore, wasThere: () => Promise<boolean>): Promise<boolean> {
  const before = await notes.get(key)
  if (before !== undefined) return before === 'yes'
  // Another runner that makes the queue right now has written this down first.
  if (await wasThere()) return (await notes.get(key)) === 'yes'
  await notes.put(key, 'yes', alwaysMs)
  return true
}

/** Whose the queue is, as far as this runner knows by now. */
export interface Ownership {
  isOwn(): boolean
  /** Tells the other runners what this one has found out, and asks what they have. Rejects UNAVAILABLE. */
  learn(): Promise<void>
  /** Another program has ended a job of the queue, which is shared from now on and for good. */
  giveUp(): void
  /** A job of the queue was read. */
  saw(job: Pick<QueuedJob, 'state' | 'startedAt' | 'byToril'>): void
  /** Told when it is given up. Returns a function that stops listening. */
  onGivenUp(listener: () => void): () => void
}

export function createOwnership(claimed: boolean, notes: NoteStore): Ownership {
  const listeners = new Set<() => void>()
  let own = claimed
  let told = true

  /** For the other runners, and for later starts. */
  async function tell(): Promise<void> {
    told = true
    try {
      await notes.put(key, 'no', alwaysMs)
    } catch (error) {
      told = false
      throw error
    }
  }

  function giveUp(): void {
    if (!own) return
    own = false
    // Away: it is told with the next look.
    tell().catch(() => undefined)
    for (const listener of listeners) listener()
  }

  return {
    isOwn: () => own,
    async learn() {
      if (!told) await tell()
      if (own && (await notes.get(key)) === 'no') giveUp()
    },
    giveUp,
    saw({ state, startedAt, byToril }) {
      // Who ends a job has taken it.
      if ((state === 'completed' || state === 'failed') && startedAt !== undefined && byToril !== true) giveUp()
    },
    onGivenUp(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** On a server that Toril runs for itself there is no other program. */
export const alwaysOwn: Ownership = {
  isOwn: () => true,
  learn: () => Promise.resolve(),
  giveUp: () => undefined,
  saw: () => undefined,
  onGivenUp: () => () => undefined,
}
