import { isFinished, type JobState } from '../../electron/contract/job.ts'
import type { History } from '../../electron/runner/history/history.ts'

export interface TapOptions {
  /** Whether the history is written at all. */
  write: boolean
  onEnd(job: { id: string; state: JobState; error?: string }): void
}

/**
 * Stands between a runner and its history: hears at once what became of a job, as plain BullMQ's worker
 * does, and can leave the writes out, to show what they cost.
 */
export class HistoryTap {
  readonly #options: TapOptions
  readonly #unfinished = new Set<string>()
  readonly #startListeners = new Set<(id: string) => void>()
  #history: History | undefined

  constructor(options: TapOptions) {
    this.#options = options
  }

  /** Jobs that the runner has seen and that have not finished. */
  get unfinished(): number {
    return this.#unfinished.size
  }

  /** Called when an attempt of a job begins. Returns a function that stops listening. */
  onStart(listener: (id: string) => void): () => void {
    this.#startListeners.add(listener)
    return () => this.#startListeners.delete(listener)
  }

  async flush(): Promise<void> {
    if (this.#options.write) await this.#history?.writer.flush()
  }

  readonly around = (history: History): History => {
    this.#history = history
    const { writer, reader } = history
    const { write } = this.#options
    return {
      place: history.place,
      reader,
      writer: {
        saveJob: (job) => {
          this.#hear(job)
          if (write) writer.saveJob(job)
        },
        saveAttempt: (jobId, attempt) => {
          if (attempt.finishedAt === undefined) for (const listener of this.#startListeners) listener(jobId)
          if (write) writer.saveAttempt(jobId, attempt)
        },
        saveLogs: (jobId, lines) => {
          if (write) writer.saveLogs(jobId, lines)
        },
        flush: () => (write ? writer.flush() : Promise.resolve()),
      },
      removeJob: (id) => history.removeJob(id),
      removeFinished: (ids, which) => history.removeFinished(ids, which),
      prune: (limits) => history.prune(limits),
      jobDatabase: history.jobDatabase,
      ping: () => history.ping(),
      close: () => history.close(),
    }
  }

  #hear({ id, state, error }: Parameters<History['writer']['saveJob']>[0]): void {
    if (state === undefined) return
    if (!isFinished(state)) this.#unfinished.add(id)
    // Said twice, it is news only once.
    else if (this.#unfinished.delete(id)) {
      this.#options.onEnd({ id, state, ...(error === undefined ? {} : { error: error.message }) })
    }
  }
}
