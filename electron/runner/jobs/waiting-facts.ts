import type { JobType } from '../../contract/job-type.ts'
import type { JobFamily, QueueLimits } from '../queue/job-queue.ts'

/** A live runner that takes jobs, as far as it matters to a job in line. */
export interface Taker {
  self: boolean
  jobTypes: readonly string[]
  active: number
  /** Jobs it takes at most, and the preference that says so. */
  limit: number
  limitedBy: 'queue.concurrency' | 'pool.maxQueue'
  /** Threads that have a job or are promised to one, and how many there may be. */
  busyThreads: number
  maxThreads: number
}

/** What is so for all jobs: read at most a moment ago. */
export interface WaitingFacts {
  now: number
  limits: QueueLimits
  /** Other programs use the queue too, and their workers may take jobs of it. */
  shared: boolean
  /** This runner among them, unless it takes no jobs. */
  takers(): readonly Taker[]
  /** Live runners that know the type and take no jobs now, as a sentence names them. */
  resting(type: string): readonly string[]
  /** When a job becomes ready that another program has moved to a later time, epoch ms. */
  movedUntil(id: string): number | undefined
  /** Executor and heap limit of a job of this type that says nothing of its own; undefined of an unknown type. */
  defaultsOf(type: string): JobType['defaults'] | undefined
}

/** What only a look into the queue tells of one job; without it the checks say less, not something else. */
export interface JobFacts {
  /** When a delayed job becomes ready, epoch ms. */
  delayUntil?: number
  family?: JobFamily
  /** Jobs taken before it. */
  place?: number
  /** Jobs that ended in the last minute. */
  endedPerMinute?: number
}
