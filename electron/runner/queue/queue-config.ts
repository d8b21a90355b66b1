import type { ClusterOptions, RedisOptions } from 'ioredis'
import type { PostgresAddress } from '../connections/postgres-tls.ts'

/** How a server is reached whose own address is not the one that is connected to. */
export interface Way {
  /** Where it is, for sentences. */
  place: string
  /** Why nothing comes through now, as the end of a sentence. */
  trouble(): string | undefined
}

/** A Redis, in the words of ioredis. */
export type RedisTarget =
  /** `host` and `port`, or `path` of a socket; `tls`, `username`, `password`, `db`. */
  (
    | { kind: 'redis'; options: RedisOptions }
    /** `sentinels` and `name` of the master, `sentinelUsername`, `sentinelPassword`, `sentinelTLS`; `tls` is for the master. */
    | { kind: 'sentinel'; options: RedisOptions }
    /** `nodes`: the first to be asked. A prefix without a hash tag is put in braces. `options.redisOptions` is for each node. */
    | { kind: 'cluster'; nodes: { host: string; port: number }[]; options: ClusterOptions }
  ) & { way?: Way }

/** The server that holds the queue. */
export type QueueTarget =
  | RedisTarget
  /** A postgresql:// URL; the queue lives in the schema `bullmq` of its database. `ssl` beats what the URL says of TLS. */
  | ({ kind: 'postgres' } & PostgresAddress)

/** Finished jobs of Toril's that the queue itself keeps, the newest. */
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
  /** BullMQ's key prefix on Redis, `bull` unless given; put in braces on a cluster. */
  prefix?: string
  backend: QueueTarget
  /** On a server that Toril runs itself, where no other program has a queue. */
  ownServer?: boolean
  /** Names this runner to the others. */
  runnerId: string
  /** Told about what goes wrong beside the methods' own rejections; one sentence, repeats left out. */
  onProblem?: (message: string) => void
  timing?: Partial<QueueTiming>
  /**
   * Given for a read-only queue: nothing is taken, trimmed or said of this runner, and whatever changes the queue all
   * the same asks `refuse` first, which throws READ_ONLY unless changes are allowed now. Its tables are made only with
   * `prepare`.
   */
  readOnly?: { prepare: boolean; refuse(): void }
}
