import { Job } from 'bullmq'
import { queuedJob, queueState, type BullJob, type BullQueue } from './job-mapping.ts'
import type { Json } from '../../contract/json.ts'
import type { QueuedJob, QueueState } from './job-queue.ts'
import type { QueueServer } from './queue-server.ts'

/** A job that ends, is retried and ends again between two questions each time is believed after so many. */
const maxLooks = 5

export interface JobLookup {
  /** Undefined when the queue does not hold it. */
  one(id: string): Promise<QueuedJob | undefined>
  /** Those just found in this state; those that went meanwhile are left out. */
  several(ids: string[], state: QueueState): Promise<QueuedJob[]>
}

/**
 * Reads jobs together with their state. BullMQ tells the two apart, and a job may end, or be put back,
 * between the two answers: they are asked for again until they belong together. What the job itself keeps
 * does not tell how it ended: a job that completed after a failure still has the reason of that failure.
 */
export function createJobLookup(
  queue: BullQueue,
  server: Pick<QueueServer, 'dueTimes'>,
  name: string,
  /** Told of each job that is read. */
  saw: (job: QueuedJob) => void = () => undefined,
): JobLookup {
  /** What is no JSON is shown as the text it is; a job whose options cannot be read is left out. */
  async function read(id: string): Promise<BullJob | undefined> {
    try {
      return await queue.getJob(id)
    } catch (error) {
      // Whoever wrote it, it must not hide the other jobs of its page.
      if (!(error instanceof SyntaxError)) throw error
    }
    try {
      const raw = await queue.getBackend().getJobData(id)
      if (raw === undefined) return undefined
      return Job.fromJSON<Json, Json, string>(queue, { ...raw, data: JSON.stringify(raw.data) }, id)
    } catch (error) {
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }

  async function one(id: string): Promise<QueuedJob | undefined> {
    for (let looks = 1; ; looks += 1) {
      // One after the other: the job is then never older than its state, so what has completed has its result.
      const state = queueState(await queue.getJobState(id))
      const job = await read(id)
      if (job === undefined) return undefined
      if (state !== undefined && (belongs(job, state) || looks === maxLooks)) return withDue(job, state)
      // Between two states, or removed by now.
      if (looks === maxLooks) return withDue(job, 'waiting')
    }
  }

  async function withDue(job: BullJob, state: QueueState): Promise<QueuedJob> {
    const id = job.id ?? ''
    const due = state === 'delayed' ? await server.dueTimes(name, [id]) : undefined
    return shown(job, state, due?.get(id))
  }

  function shown(...read: Parameters<typeof queuedJob>): QueuedJob {
    const job = queuedJob(...read)
    saw(job)
    return job
  }

  async function several(ids: string[], state: QueueState): Promise<QueuedJob[]> {
    const [jobs, due] = await Promise.all([
      Promise.all(ids.map(read)),
      state === 'delayed' ? server.dueTimes(name, ids) : undefined,
    ])
    const found = await Promise.all(
      jobs.map((job) => {
        if (job === undefined) return Promise.resolve(undefined)
        const id = job.id ?? ''
        return belongs(job, state) ? Promise.resolve(shown(job, state, due?.get(id))) : one(id)
      }),
    )
    return found.filter((job) => job !== undefined)
  }

  return { one, several }
}

/** Only what has ended has a time of its end. */
function belongs(job: BullJob, state: QueueState): boolean {
  const ended = job.finishedOn !== undefined && job.finishedOn !== null
  return ended === (state === 'completed' || state === 'failed')
}
