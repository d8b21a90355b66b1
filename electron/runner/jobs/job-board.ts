import type { Attempt, Job, JobEvent, LogLine, Progress } from '../../contract/job.ts'
import type { AttemptRun } from '../executors/executor.ts'
import type { AttemptLog } from './attempt-log.ts'

/** An attempt that this runner holds now. */
export interface RunningAttempt {
  /** The board's own object: its fields change as the attempt goes on. */
  readonly job: Job
  readonly attempt: Attempt
  run: AttemptRun | undefined
  /** False while it waits for a thread. */
  started: boolean
  readonly log: AttemptLog
  cancel?: { by: string; reason: string; then: 'stop' | 'retry'; killAt?: string; timer?: NodeJS.Timeout }
  /** Another runner has taken the job up; `by` is undefined where it is another program. */
  taken?: { by: string | undefined }
}

/** Jobs remembered after their last change, so that lists and streams need no read for them. */
const recentLimit = 2_000

export type Follower = (event: JobEvent) => void

/** Told of everything that happens to the jobs on the board. */
export interface Witness {
  changed(job: Job): void
  progressed(id: string, progress: Progress): void
  logged(id: string, lines: LogLine[]): void
}

/**
 * What this runner knows at this moment, in memory: the attempts it holds, and the jobs that changed
 * last. It is a view, never the truth: that is the queue, and the history for what is over.
 */
export class JobBoard {
  readonly #active = new Map<string, RunningAttempt>()
  readonly #recent = new Map<string, { job: Job; revision: number }>()
  readonly #followers = new Map<string, Set<Follower>>()
  readonly #changeListeners = new Set<(id: string) => void>()
  readonly #removeListeners = new Set<(id: string) => void>()
  #changes = 0
  #witness: Witness | undefined

  running(id: string): RunningAttempt | undefined {
    return this.#active.get(id)
  }

  allRunning(): IterableIterator<RunningAttempt> {
    return this.#active.values()
  }

  get activeCount(): number {
    return this.#active.size
  }

  recent(id: string): Job | undefined {
    return this.#recent.get(id)?.job
  }

  /** The jobs that changed last, newest first. */
  newest(limit: number): Job[] {
    return [...this.#recent.values()]
      .slice(-limit)
      .reverse()
      .map(({ job }) => job)
  }

  /**
   * Another number after each change of the job's state or attempts that this runner knows of. What was read
   * of the job elsewhere while it changed may be of before, and does not go together with what is known here.
   */
  revision(id: string): number {
    return this.#recent.get(id)?.revision ?? 0
  }

  /** The newest number that `revision` has given: what has a greater one later has changed since. */
  get changes(): number {
    return this.#changes
  }

  hold(running: RunningAttempt): void {
    this.#active.set(running.job.id, running)
    this.changed(running.job)
  }

  release(id: string): void {
    const running = this.#active.get(id)
    if (running?.cancel?.timer) clearTimeout(running.cancel.timer)
    this.#active.delete(id)
  }

  /** Call after a job's progress changed; followers get it as an event of its own. */
  progressed(job: Job, progress: Progress): void {
    this.#remember(job, this.revision(job.id))
    this.#witness?.progressed(job.id, progress)
    this.emit(job.id, { kind: 'progress', progress })
  }

  /** Call after a job's state or attempts changed. */
  changed(job: Job): void {
    this.#changes += 1
    this.#remember(job, this.#changes)
    this.#witness?.changed(job)
    // A copy: the job goes on changing, and a follower may read the event later.
    if (this.#followers.has(job.id)) this.emit(job.id, { kind: 'job', job: { ...job, attempts: [...job.attempts] } })
  }

  #remember(job: Job, revision: number): void {
    this.#recent.delete(job.id)
    this.#recent.set(job.id, { job, revision })
    if (this.#recent.size > recentLimit) {
      const oldest = this.#recent.keys().next().value
      if (oldest !== undefined) this.#recent.delete(oldest)
    }
    for (const listener of this.#changeListeners) listener(job.id)
  }

  emit(id: string, event: JobEvent): void {
    if (event.kind === 'log') this.#witness?.logged(id, event.lines)
    for (const follower of this.#followers.get(id) ?? []) follower(event)
  }

  isFollowed(id: string): boolean {
    return this.#followers.has(id)
  }

  removed(id: string): void {
    this.#recent.delete(id)
    for (const listener of this.#removeListeners) listener(id)
  }

  follow(id: string, follower: Follower): () => void {
    const set = this.#followers.get(id) ?? new Set()
    this.#followers.set(id, set.add(follower))
    return () => {
      set.delete(follower)
      if (set.size === 0) this.#followers.delete(id)
    }
  }

  /** There is one witness at a time, for the runner that tells others. */
  onEverything(witness: Witness): () => void {
    this.#witness = witness
    return () => {
      if (this.#witness === witness) this.#witness = undefined
    }
  }

  /** Called with the id of every job that changes. */
  onChange(listener: (id: string) => void): () => void {
    this.#changeListeners.add(listener)
    return () => this.#changeListeners.delete(listener)
  }

  onRemove(listener: (id: string) => void): () => void {
    this.#removeListeners.add(listener)
    return () => this.#removeListeners.delete(listener)
  }
}
