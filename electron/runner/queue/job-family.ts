import type { BullJob, BullQueue } from './job-mapping.ts'
import { queueState } from './job-mapping.ts'
import type { JobFamily } from './job-queue.ts'

/** Children looked at one by one; further ones are counted. */
const childLimit = 20

/** A key of another job: `prefix:queue:id` on Redis, `queue:id` on PostgreSQL. Neither name has a colon. */
function namesOf(key: string): { id: string; queue: string } {
  const parts = key.split(':')
  return { id: parts.at(-1) ?? key, queue: parts.at(-2) ?? '' }
}

export async function readFamily(queue: BullQueue, job: BullJob, waitsForChildren: boolean): Promise<JobFamily> {
  const parent = job.parent === undefined ? {} : { parent: namesOf(`${job.parent.queueKey}:${job.parent.id}`) }
  if (!waitsForChildren) return { ...parent, pending: 0, children: [] }
  const [counts, listed] = await Promise.all([
    job.getDependenciesCount({ unprocessed: true }),
    job.getDependencies({ unprocessed: { count: childLimit } }),
  ])
  const children = await Promise.all(
    (listed.unprocessed ?? []).slice(0, childLimit).map(async (key) => {
      const child = namesOf(key)
      const state = child.queue === queue.name ? queueState(await queue.getJobState(child.id)) : undefined
      return { ...child, ...(state === undefined ? {} : { state }) }
    }),
  )
  return { ...parent, pending: counts.unprocessed ?? children.length, children }
}
