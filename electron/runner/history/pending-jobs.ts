import { mergePending, newPending, sizeOf, type PendingJob } from './pending-job.ts'

/** Enough for minutes of an outage; past it the oldest goes, log lines first. */
export const maxPendingCharacters = 64_000_000

const batchJobs = 500
const batchCharacters = 4_000_000

/** What waits to be written, by job, oldest first. */
export class PendingJobs {
  #jobs = new Map<string, PendingJob>()
  #size = 0
  #stamp = 0
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  get count(): number {
    return this.#jobs.size
  }

  /** Grows with every change; what is saved now has this number or a lower one. */
  get stamp(): number {
    return this.#stamp
  }

  /** The number of the oldest thing that waits; undefined when nothing does. */
  get oldest(): number | undefined {
    for (const job of this.#jobs.values()) return job.stamp
    return undefined
  }

  has(id: string): boolean {
    return this.#jobs.has(id)
  }

  /** Changes what waits of a job; answers how many jobs or log lines had to be given up for it. */
  change(id: string, change: (job: PendingJob) => void): number {
    this.#stamp++
    let job = this.#jobs.get(id)
    if (job === undefined) {
      job = newPending(id, this.#stamp)
      this.#jobs.set(id, job)
      this.#size += job.size
    }
    const before = job.size
    change(job)
    this.#size += job.size - before
    return this.#size > this.#limit ? this.#shed() : 0
  }

  /** The oldest jobs, as many as one batch takes. They no longer wait. */
  take(): PendingJob[] {
    const batch: PendingJob[] = []
    let size = 0
    for (const [id, job] of this.#jobs) {
      if (batch.length > 0 && (batch.length >= batchJobs || size + job.size > batchCharacters)) break
      batch.push(job)
      size += job.size
      this.#jobs.delete(id)
    }
    this.#size -= size
    return batch
  }

  /** Puts a batch back before everything else, and under what was saved meanwhile. */
  putBack(batch: PendingJob[]): number {
    const merged = new Map<string, PendingJob>()
    for (const job of batch) {
      const newer = this.#jobs.get(job.id)
      merged.set(job.id, newer === undefined ? job : mergePending(job, newer))
    }
    for (const [id, job] of this.#jobs) if (!merged.has(id)) merged.set(id, job)
    this.#jobs = merged
    this.#size = 0
    for (const job of merged.values()) this.#size += job.size
    return this.#size > this.#limit ? this.#shed() : 0
  }

  /** Gives up down to 90 %, so that this is not needed again at once. */
  #shed(): number {
    const goal = this.#limit * 0.9
    let given = 0
    for (const job of this.#jobs.values()) {
      if (this.#size <= goal) return given
      given += job.logs.length
      job.logs = []
      const size = sizeOf(job)
      this.#size += size - job.size
      job.size = size
    }
    for (const [id, job] of this.#jobs) {
      if (this.#size <= goal) return given
      this.#jobs.delete(id)
      this.#size -= job.size
      given++
    }
    return given
  }
}
