import type { BackendFactory } from 'bullmq'
import type { QueueBackend } from '../../contract/runner.ts'
import type { FinishedJobs } from './finished-jobs.ts'
import type { PresenceStore } from './presence.ts'
import type { NoteStore, RelayLine, RelayLineParts } from './relay-line.ts'
import type { TakeOver } from './take-over.ts'
import type { WantedJobs } from './wanted-jobs.ts'

/** What a connection tells of itself. `unsure`: a part of the server is gone, perhaps the one that matters. */
export interface ConnectionHint {
  up: boolean | 'unsure'
  error?: Error
}

/**
 * What differs between Redis and PostgreSQL; everything else is written once against BullMQ. Each factory
 * makes its own connection, with the habits its use needs, and ends it with the backend it made.
 */
export interface QueueServer {
  readonly backend: QueueBackend
  /** Where it is, for sentences; never a secret. */
  readonly label: string
  /** What works, and should be changed all the same. */
  readonly notices: readonly { code: string; message: string }[]
  /** For questions and commands: fails at once when the server is away, keeps nothing for later. */
  readonly asking: BackendFactory
  /** For a worker: keeps what it has to say until the server is back, and takes only jobs that are wanted. */
  working(wanted: WantedJobs): BackendFactory
  /** For reading events. */
  readonly listening: BackendFactory
  /** Whether it makes an event of a removal. */
  readonly tellsOfRemoval: boolean
  /** Whether a job moved from active back to wait stands behind the others, and not before them. */
  readonly putsBackBehind: boolean
  /** Resolves with the server's answer to the smallest question. */
  ping(): Promise<void>
  /** What is the matter with the way to it, as the end of a sentence; undefined where nothing is known to be. */
  trouble(): string | undefined
  /** Tries to reach the server now, not when its turn comes. Rejects with the reason why not. */
  reach(): Promise<void>
  /**
   * The server is back: what waits for its turn to connect does so at once. `silent`: the outage began without a word,
   * so connections that seem to stand may lead nowhere, and are made anew.
   */
  wake(outage: { silent: boolean }): void
  /** Whether the error tells of a server that did not answer, and not of a connection that broke. */
  isSilence(error: unknown): boolean
  /** Whether the error tells of a server that is away, and not of a wrong question. */
  isOutage(error: unknown): boolean
  /** Whether the server undid the question for the sake of another one: it may be asked again as it is. */
  isLostRace(error: unknown): boolean
  /** When delayed jobs become ready, epoch ms. */
  dueTimes(queueName: string, ids: string[]): Promise<Map<string, number>>
  /** How many waiting jobs are taken before this one; undefined when it does not wait. */
  placeOf(queueName: string, id: string): Promise<number | undefined>
  /** Whether anything of this queue is on the server already. */
  holds(queueName: string): Promise<boolean>
  /** The finished jobs of a queue, and who ended them. */
  finished(queueName: string): FinishedJobs
  /** Called when a connection breaks or is back, before a ping would notice. */
  onHint(listener: (hint: ConnectionHint) => void): void
  /** Takes its jobs out of the hands of a dead runner and answers their ids; see release-dead.ts. */
  dropLocks(queueName: string, runnerId: string): Promise<string[]>
  /** Whether the job was still held as said, and is now this runner's; see take-over.ts. */
  takeOver(queueName: string, takeOver: TakeOver): Promise<boolean>
  /** Where notes for other runners are kept. */
  notes(queueName: string): Promise<NoteStore>
  /** Opens a connection of its own, in the background, and again after an outage. */
  relay(parts: RelayLineParts): RelayLine
  /** Where runners say that they live. */
  presence(queueName: string, ttlMs: number): Promise<PresenceStore>
  close(): Promise<void>
}
