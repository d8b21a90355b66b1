import type { RedisOptions } from 'ioredis'

/** The server that holds the queue. */
export type QueueTarget =
  | { kind: 'redis'; options: RedisOptions }
  /** A postgresql:// URL; the queue lives in the schema `bullmq` of its database. */
  | { kind: 'postgres'; url: string }

/** Finished jobs the queue itself keeps, newest first. */
export interface Retention {
  completed: number
  failed: number
}

/** All in ms. The defaults are BullMQ's own, and what the promises of Toril ask for. */
export interface QueueTiming {
  /** How long a runner that stopped answering keeps a job; renewed at half of it. */
  lockMs: number
  /** How often jobs of such runners are looked for. */
  stalledCheckMs: number
  /** How often the round trip to the server is measured. */
  pingMs: number
  /** A method that got no answer for this long rejects UNAVAILABLE. */
  answerMs: number
  /** How often a runner says that it lives, and for how long it is believed. */
  presenceBeatMs: number
  presenceTtlMs: number
  /** How long another runner has for its answer. It may wait 2 s for the queue itself. */
  relayAnswerMs: number
}

export const defaultTiming: QueueTiming = {
  lockMs: 30_000,
  stalledCheckMs: 30_000,
  pingMs: 5_000,
  answerMs: 4_500,
  presenceBeatMs: 10_000,
  presenceTtlMs: 30_000,
  relayAnswerMs: 5_000,
}

export interface QueueConfig {
  /** BullMQ's queue name; no colon. */
  name: string
  /** BullMQ's key prefix on Redis, `bull` unless given; `{toril}` on a cluster. */
  prefix?: string
  backend: QueueTarget
  retention: Retention
  /** Names this runner to the others. */
  runnerId: string
  /** Told about what goes wrong beside the methods' own rejections; one sentence, repeats left out. */
  onProblem?: (message: string) => void
  timing?: Partial<QueueTiming>
}
