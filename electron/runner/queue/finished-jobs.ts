export type FinishedState = 'completed' | 'failed'

/** Where a finished job stands among the others of its state: they are in the order of their ends, then of their ids. */
export interface FinishedPlace {
  id: string
  /** Epoch ms, by the clock of who ended it. */
  endedAt: number
}

export interface FinishedJob extends FinishedPlace {
  /**
   * `ours`: a runner of Toril ran it last, and its producer does not say how long it stays. `theirs`: another program ran
   * it last. `left`: nobody ran it, or its own `removeOnComplete` or `removeOnFail` says when it goes.
   */
  whose: 'ours' | 'theirs' | 'left'
}

/** The finished jobs of one queue, as its server has them. Each method is one question, bounded by what it is given. */
export interface FinishedJobs {
  /** The oldest after this place that ended before a time, epoch ms. */
  page(
    state: FinishedState,
    after: FinishedPlace | undefined,
    endedBefore: number,
    limit: number,
  ): Promise<FinishedJob[]>
  /** Those of them that are where they were. */
  present(state: FinishedState, jobs: readonly FinishedPlace[]): Promise<FinishedPlace[]>
  /**
   * Deletes those of them that are where they were, are Toril's, and are not failed children that a parent still waits
   * for: all that is looked at and done in one step, so that a job which somebody takes meanwhile stays. As BullMQ's own
   * retention, and unlike its `clean`, it leaves a parent what it knows of its children, and the time for which a
   * deduplication holds.
   */
  remove(state: FinishedState, jobs: readonly FinishedPlace[]): Promise<void>
}

/** BullMQ's option by which a producer says itself what becomes of its finished job. */
export const ownWord = { completed: 'removeOnComplete', failed: 'removeOnFail' } as const
