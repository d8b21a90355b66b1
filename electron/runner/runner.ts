import type { BatchProgress } from '../contract/batch.ts'
import type { batchInputSchema, CancelResult, JobList, jobListInputSchema } from '../contract/contract.ts'
import type { FoundQueues } from '../contract/found-queue.ts'
import type { ConnectionTest } from '../contract/connection-test.ts'
import type { JobTypeList } from '../contract/job-type.ts'
import type { Job, JobEvent, JobOptions, LogLine } from '../contract/job.ts'
import type { Json } from '../contract/json.ts'
import type { CpuProfile, StackSample } from '../contract/profile.ts'
import type { Preferences, PreferencesPatch } from '../contract/preferences.ts'
import type {
  Connection,
  QueueInfo,
  Runner as RunnerInfo,
  SystemInfo,
  Thread,
  Throughput,
  ThroughputRange,
} from '../contract/runner.ts'
import type { RunnerControl } from './cluster/runner-control.ts'
import type { Update, WatchInput } from '../contract/updates.ts'
import type { Why } from '../contract/why.ts'
import type { TestInput } from './connections/checks/test-connection.ts'
import type { ConnectionProfile, ProfilePatch } from '../contract/connection-profile.ts'
import type { ProfileStore } from './connections/profiles/profile-store.ts'
import type { QueueEmptying } from './emptying/create-emptying.ts'
import type { Safety } from './safety/create-safety.ts'
import type * as z from 'zod'

export type JobListInput = z.output<typeof jobListInputSchema>
export type BatchInput = z.output<typeof batchInputSchema>

/** Readiness as `GET /health` answers it. */
export interface Health {
  ready: boolean
  /** Why it is not ready: one sentence per part. */
  reasons: string[]
  queue: 'ok' | 'unreachable'
  database: 'ok' | 'unreachable'
}

/** Numbers for `GET /metrics`; counters since the runner started, unless said otherwise. */
export interface RunnerMetrics {
  jobs: QueueInfo['counts']
  attempts: Record<string, number>
  threads: { total: number; busy: number }
  poolWaiting: number
  paused: boolean
  connected: boolean
}

/** The runner as its shells see it. Rejections are TorilErrors with a code of the contract. */
export interface Runner {
  readonly id: string
  readonly jobs: {
    /** Resolves when the queue has acknowledged it: from then on the job is not lost. */
    enqueue(type: string, input: Json, options?: JobOptions): Promise<Job>
    list(input: JobListInput): Promise<JobList>
    get(id: string): Promise<Job>
    /** What must be true for the job to start, and what of it is not. */
    why(id: string): Promise<Why>
    remove(id: string): Promise<void>
    logs(id: string, after: number, limit: number): Promise<{ lines: LogLine[]; total: number; dropped: number }>
    /** First the job as it is, then what happens; ends when the job has finished, or `signal` aborts. Batched and bounded. */
    events(id: string, signal: AbortSignal): AsyncIterable<JobEvent>
    cancel(
      id: string,
      options: {
        now?: boolean | undefined
        then?: 'stop' | 'retry' | undefined
        reason?: string | undefined
        by: string
      },
    ): Promise<CancelResult>
    /**
     * Does one thing to all jobs that match, telling how far it is; stops when `signal` aborts or the reader goes.
     * Rejects CONFIRMATION_REQUIRED for more than one job of a production profile whose name was not given.
     */
    batch(input: BatchInput, options: { by: string; signal: AbortSignal }): Promise<AsyncIterable<BatchProgress>>
    retry(id: string): Promise<Job>
    promote(id: string): Promise<Job>
    /** Where the code of a running job is now, also of one that spins without ever yielding. */
    stack(id: string): Promise<StackSample>
    /**
     * Records the CPU of a running job for `durationMs`, or until `endProfile` or the end of the attempt; then
     * answers what there is. Aborting `signal` ends the recording and throws it away.
     */
    profile(id: string, durationMs: number, signal: AbortSignal): Promise<CpuProfile>
    endProfile(id: string): Promise<void>
  }
  /** The acts that empty it reject as `QueueEmptying` says; each stops when its `signal` aborts or the reader goes. */
  readonly queue: QueueEmptying & {
    info(): Promise<QueueInfo>
    pause(): Promise<QueueInfo>
    resume(): Promise<QueueInfo>
    /** Tries to reach a server that is away now; answers how the connection stands then. */
    reconnect(): Promise<Connection>
    throughput(range: ThroughputRange): Promise<Throughput>
  }
  readonly preferences: {
    current(): Preferences
    update(patch: PreferencesPatch): Promise<Preferences>
  }
  /** Connection profiles. Who calls writes secrets and never reads them. */
  readonly profiles: Pick<ProfileStore, 'list' | 'create' | 'remove' | 'export' | 'import'> & {
    /** As `ProfileStore.update`; CONFIRMATION_REQUIRED when it makes a production profile less safe and `confirm` is not its name. */
    update(id: string, patch: ProfilePatch, confirm?: string): Promise<ConnectionProfile>
    /** Looks through the profile's server for queues of BullMQ; writes nothing. Rejects UNAVAILABLE. */
    queues(id: string): Promise<FoundQueues>
    /** Tries a connection, writing nothing; ends early when `signal` aborts. */
    test(input: TestInput, signal: AbortSignal): Promise<ConnectionTest>
    /** The same, told as it goes. */
    watchTest(input: TestInput, signal: AbortSignal): AsyncIterable<ConnectionTest>
    /**
     * Moves to this profile while the runner goes on: opens it, lets jobs finish for the grace time (`graceMs`, else
     * the preference), gives back the rest, and takes jobs there. When it cannot be opened, nothing has changed.
     * Rejects PROFILE_NOT_FOUND, PROFILE_CHANGING, SET_BY_ENVIRONMENT, UNAVAILABLE, RUNNER_STOPPING.
     */
    use(id: string, options?: { graceMs?: number | undefined }): Promise<ConnectionProfile>
  }
  /** What keeps the profile in use from being changed through by accident. */
  readonly safety: Omit<Safety, 'shown' | 'onChange' | 'close'>
  jobTypes(): JobTypeList
  threads(): Thread[]
  /** With CPU, heap and loop; measured for this once where nobody watches. */
  measuredThreads(): Promise<Thread[]>
  /** The live runners of the queue, this one first. The changes answer the runner as it then is. */
  readonly runners: RunnerControl & { list(): Promise<RunnerInfo[]> }
  system(): SystemInfo
  /** A snapshot, then patches, at most ten a second, one where `hidden`; ends when `signal` aborts. Slow readers get merged patches, never a growing queue. */
  watch(signal: AbortSignal, input?: WatchInput): AsyncIterable<Update>
  /** How many jobs run on this runner now. */
  activeCount(): number
  health(): Promise<Health>
  metrics(): Promise<RunnerMetrics>
  /**
   * Takes no more jobs, waits for the grace time (`graceMs`, else the preference), gives back what did not
   * finish, closes everything. Called again while it waits, a shorter `graceMs` shortens the wait.
   */
  stop(options?: { graceMs?: number }): Promise<void>
}

/** A runner on one profile, from the start on it to the end of it. */
export interface SessionRunner extends Omit<Runner, 'id' | 'profiles' | 'preferences' | 'safety'> {
  findQueues: Runner['profiles']['queues']
}
