import type { Backoff, JobError, Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { RateLimit } from '../../contract/preferences.ts'
import type { Connection, QueueBackend } from '../../contract/runner.ts'

/** States as the queue itself knows them. Toril's `cancelled` is a failed job with Toril's mark. */
export type QueueState = 'waiting' | 'delayed' | 'waiting-children' | 'active' | 'completed' | 'failed'

/** Toril's own options travel with the job, so that another runner of the same queue honours them. */
export interface QueuedOptions {
  attempts: number
  backoff: Backoff
  priority?: number
  delayMs?: number
  deduplicationId?: string
  timeoutMs?: number
  memoryMb?: number
  executor?: 'thread' | 'inline'
}

/** A job as the queue holds it. */
export interface QueuedJob {
  id: string
  /** Job type: BullMQ's job name. */
  type: string
  /** BullMQ's job data, whatever a foreign producer put there. */
  input: Json
  options: Partial<QueuedOptions>
  state: QueueState
  /** True when the failure was a cancel (Toril's mark in the failed reason). */
  cancelled: boolean
  result?: Json
  error?: JobError
  progress?: Progress
  /** Attempts that ended with a failure so far. */
  attemptsMade: number
  /** How often the job was found without a live runner. */
  stalledCount: number
  createdAt: number
  /** When a delayed job becomes ready; epoch ms. */
  delayUntil?: number
  startedAt?: number
  finishedAt?: number
  /** Id of the runner that took it last; of another program the name of its worker, if it has one. */
  runner?: string
  /** It was a runner of Toril that took it last. */
  byToril?: true
}

/** What the processor says about an attempt; the consumer turns it into the queue's own moves. */
export type Verdict =
  | { kind: 'complete'; result: Json }
  /** `retry: false` ends the job whatever attempts are left. `oneMore`: where none is left there is one more for this retry. */
  | { kind: 'fail'; error: JobError; retry: boolean; oneMore?: true; cancelled: boolean }
  /** Put back without using an attempt, ready again after `delayMs` (0: at once, behind the others). */
  | { kind: 'postpone'; delayMs: number }
  /** Another runner of the queue goes on with it under the same token: nothing is to be done here. */
  | { kind: 'handed-over' }

export interface Taken {
  job: QueuedJob
  /** Proves the hold on the job to the queue; who has it can go on with the job. */
  token: string
  /** How often the job was taken, this time included (BullMQ's attemptsStarted). 1: certainly its first attempt. */
  started: number
  /** Stores progress in the queue for other readers; never throws, latest wins, at most a few a second. */
  saveProgress(progress: Progress): void
}

/** Handles one job; must never throw: a throw is a bug and fails the attempt as such. */
export type Processor = (taken: Taken) => Promise<Verdict>

/** What became of an attempt once the queue has stored the verdict. */
export type Settled =
  | { id: string; state: 'completed' | 'failed' }
  /** Will run again. */
  | { id: string; state: 'delayed' | 'waiting'; delayUntil?: number }

/** The types of the jobs a consumer takes. Jobs of others are left as they stand, for whoever knows them. */
export interface TakenTypes {
  /** Undefined: jobs of any type. */
  current(): readonly string[] | undefined
  /** Returns a function that stops listening. */
  onChange(listener: () => void): () => void
}

export interface ConsumeOptions {
  concurrency: number
  onSettled(settled: Settled): void
  /**
   * A job that is run here was taken up by another runner, or by another program where `by` is undefined, because this
   * one was silent for longer than its hold. Its verdict will be refused.
   */
  onTakenAway?(id: string, by: string | undefined): void
  /** Jobs of any type, unless given. */
  types?: TakenTypes
}

export interface Consumer {
  /** Jobs worked on at once. Takes effect at once; never drops what runs. */
  setConcurrency(concurrency: number): void
  /** Ids of the jobs this consumer holds now. */
  active(): string[]
  /**
   * Gives the jobs of another runner back to wait, as BullMQ does when their locks have run out, but at once; answers
   * their ids. Only for a runner that is known to be dead: a live one would see its jobs run twice.
   */
  releaseJobsOf(runnerId: string): Promise<string[]>
  /**
   * Goes on with a job that another runner of the queue took and holds under the token `held`; what that one
   * says of it from now on is refused. False when it no longer has it, or this one takes no jobs. Rejects UNAVAILABLE.
   */
  takeOver(id: string, held: string): Promise<boolean>
  /** Takes no further jobs; resolves at once. `start` takes up again. */
  stopTaking(): Promise<void>
  start(): Promise<void>
  /**
   * Closes; jobs still running after `graceMs`, or when `cutShort` aborts, are given back to wait without using an
   * attempt. `endAttempts` is called before, to end what runs of them: whoever takes them must not run them beside it.
   */
  close(graceMs: number, cutShort?: AbortSignal, endAttempts?: () => Promise<unknown>): Promise<void>
}

/** Things that happen in the queue, whoever did them. On PostgreSQL events can be missed: a hint, never the truth. */
export type QueueEvent =
  | { kind: 'added'; id: string; type: string }
  | { kind: 'state'; id: string; state: QueueState }
  | { kind: 'progress'; id: string; progress: Progress }
  | { kind: 'removed'; id: string }
  | { kind: 'paused' }
  | { kind: 'resumed' }

export type BeforeTrim = (ids: readonly string[]) => Promise<void>

export interface LiveCounts {
  waiting: number
  delayed: number
  'waiting-children': number
  active: number
}

/** Limits of the whole queue, kept in the queue itself by whoever set them. */
export interface QueueLimits {
  paused: boolean
  rate?: RateLimit
  /** How long no job may start because of the rate; 0 when one may. */
  rateLimitedMs: number
  /** Jobs that may be active at once on all runners together. */
  concurrency?: number
  /** Jobs that are, other programs' included. */
  active: number
}

export interface QueueContents {
  completed: number
  failed: number
  schedulers: number
}

/** The relations of a job in a flow of BullMQ. */
export interface JobFamily {
  parent?: { id: string; queue: string }
  /** Children that have not completed, failed ones that are not to be ignored included. */
  pending: number
  /** The first of them. `state` is known of those in this queue. */
  children: { id: string; queue: string; state?: QueueState }[]
}

/**
 * The queue, written once against BullMQ and run on PostgreSQL or Redis. Every method rejects with
 * TorilError UNAVAILABLE while its server cannot be reached: within 5 s, and within one once that is known.
 */
export interface JobQueue {
  readonly backend: QueueBackend
  readonly name: string
  /** Resolves once the server acknowledged it: from then on the job is not lost. Same deduplicationId: the job there already. */
  add(type: string, input: Json, options: QueuedOptions): Promise<QueuedJob>
  /** Undefined when the queue does not hold it (any more). */
  get(id: string): Promise<QueuedJob | undefined>
  /**
   * Jobs in a live or finished state in the order they will run or ended; `offset` from 0. One that has ended,
   * or been retried, since the page was made is answered as it is now.
   */
  page(state: QueueState, offset: number, limit: number): Promise<QueuedJob[]>
  /** Waiting jobs of a paused queue count as waiting. */
  counts(): Promise<LiveCounts>
  isPaused(): Promise<boolean>
  /** Pause and limits of the whole queue, as they are this moment, whoever set them. */
  limits(): Promise<QueueLimits>
  /** At most so many jobs start in a time, on all runners together; null lifts the limit, whoever set it. Live. */
  setRateLimit(limit: RateLimit | null): Promise<void>
  /** How many waiting jobs are taken before this one; undefined when it does not wait. */
  placeOf(id: string): Promise<number | undefined>
  /** Parent and children of a job; undefined when the queue does not hold it. */
  family(id: string): Promise<JobFamily | undefined>
  pause(): Promise<void>
  resume(): Promise<void>
  /** Pauses for the length of one act and answers the limits as they were. Rejects READ_ONLY and UNAVAILABLE. */
  holdStill(): Promise<QueueLimits>
  /**
   * Ends that, unless the queue was paused before; also where no changes are allowed any more. False while the server
   * is away: it is done as soon as that is back, unless this queue is closed before.
   */
  goOn(): Promise<boolean>
  /** False when there is no such job, or it is locked by a running attempt. Rejects JOB_SCHEDULED. */
  remove(id: string): Promise<boolean>
  /** Makes a delayed job ready now; false when it is not delayed. */
  promote(id: string): Promise<boolean>
  /** Puts a finished job of the queue back to wait with all attempts fresh; false when it is not there. */
  retry(id: string): Promise<boolean>
  /**
   * Trims the finished jobs that runners of Toril ended to the newest `keep` of each, but none that ended at
   * `endedBefore` (epoch ms) or later: until then they stay, so that all runners can read their end. What another
   * program ended stays, and so does a job whose producer says itself how long it is kept, or that a parent waits for.
   * `before` is given the ids of those that go, before they do; when it rejects, they stay. One call at a time.
   */
  trim(keep: { completed: number; failed: number }, endedBefore: number, before?: BeforeTrim): Promise<void>
  /** What the live counts leave out: finished jobs that the queue still has, cancelled ones among the failed, and job schedulers. */
  contents(): Promise<QueueContents>
  /**
   * BullMQ's own: all that is left of a paused queue goes, job schedulers and jobs that run included, however far they
   * are. Its pause and its limits stay.
   */
  obliterate(): Promise<void>
  consume(processor: Processor, options: ConsumeOptions): Promise<Consumer>
  /** Returns a function that stops listening. */
  onEvent(listener: (event: QueueEvent) => void): () => void
  connection(): Connection
  /** Tries to reach a server that is away now, without waiting for the next turn; answers how the connection stands then. */
  tryNow(): Promise<Connection>
  onConnection(listener: (connection: Connection) => void): () => void
  close(): Promise<void>
}
