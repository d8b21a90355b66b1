import * as z from 'zod'
import { cancelResultSchema, type CancelResult } from '../../contract/contract.ts'
import { TorilError } from '../../contract/errors.ts'
import type { Job } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { Runner } from '../../contract/runner.ts'
import { reasonText, type CancelOptions } from '../jobs/cancel-options.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { LiveRunners } from '../jobs/live-runners.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import type { CancelWishes } from './cancel-wishes.ts'
import type { Relay } from './relay.ts'

const questionSchema = z.object({
  id: z.string(),
  now: z.boolean().optional(),
  then: z.enum(['stop', 'retry']).optional(),
  reason: z.string().optional(),
  by: z.string(),
})

const answerSchema = z.union([
  z.object({ done: cancelResultSchema }),
  /** It does not run there (any more). */
  z.object({ gone: z.literal(true) }),
])

export interface CancelElsewhereParts {
  ownId: string
  relay: Relay
  runners: LiveRunners
  queue: Pick<JobQueue, 'get'>
  wishes: CancelWishes
  /** How long the queue waits for a runner that died. */
  lockMs: number
}

/** Cancels a job that another runner runs, through that runner. Undefined: it no longer runs there, look again. */
export type CancelElsewhere = (job: Job, options: CancelOptions) => Promise<CancelResult | undefined>

function seconds(ms: number): string {
  return `${Math.max(1, Math.round(ms / 1000))} s`
}

export function createCancelElsewhere(parts: CancelElsewhereParts): CancelElsewhere {
  const { ownId, relay, runners, wishes } = parts

  /** An attempt that has begun says it best: the queue names the runner that took the job, and that one may have handed it on. */
  async function runnerOf(job: Job, others: Runner[]): Promise<string | undefined> {
    const begun = job.attempts.findLast((attempt) => attempt.finishedAt === undefined)?.runner
    if (begun !== undefined && others.some((runner) => runner.id === begun)) return begun
    return (await parts.queue.get(job.id))?.runner ?? begun
  }

  /** Says what is known of the runner, and what becomes of the job. */
  function silent(job: Job, id: string, seen: Runner | undefined, why: string, options: CancelOptions): TorilError {
    const who =
      seen === undefined
        ? `runner ${id}, which has not been heard of for a while`
        : `runner ${id} on ${seen.host}, which was last heard of ${seconds(Date.now() - Date.parse(seen.lastSeenAt))} ago`
    const next =
      options.then === 'retry'
        ? 'it runs again on another runner'
        : 'it is cancelled for good instead of being run again'
    const message = `Job ${job.id} runs on ${who}. ${why}If that runner is gone, its hold on the job ends within ${seconds(2 * parts.lockMs)}; then ${next}.`
    return new TorilError('RUNNING_ELSEWHERE', message)
  }

  return async (job, options) => {
    const others = await runners.list()
    const id = await runnerOf(job, others)
    // Just being taken here: it is about to show up among what runs.
    if (id === ownId) return undefined
    if (id === undefined) {
      throw new TorilError(
        'RUNNING_ELSEWHERE',
        `Job ${job.id} runs in a program that is no Toril runner. Cancel it there.`,
      )
    }
    const by = `${options.by} on ${ownId}`
    const seen = others.find((runner) => runner.id === id)
    let why = ''
    if (seen !== undefined) {
      const { now, then, reason } = options
      const question = {
        id: job.id,
        by,
        ...(now === undefined ? {} : { now }),
        ...(then === undefined ? {} : { then }),
        ...(reason === undefined ? {} : { reason }),
      }
      try {
        const answer = await relay.ask(id, 'cancel', question, answerSchema)
        return 'done' in answer ? answer.done : undefined
      } catch (error) {
        if (!(error instanceof TorilError) || error.code !== 'RUNNER_SILENT') throw error
        why = `${error.message} `
      }
    }
    if (options.then !== 'retry') {
      await wishes.leave(job.id, { createdAt: job.createdAt, by, reason: reasonText({ ...options, by }) })
    }
    throw silent(job, id, seen, why, options)
  }
}

/** Cancels for another runner what runs here. */
export function answerCancels(
  relay: Pick<Relay, 'answer'>,
  board: Pick<JobBoard, 'running'>,
  cancel: (id: string, options: CancelOptions) => Promise<CancelResult>,
): void {
  relay.answer('cancel', questionSchema, async ({ id, ...options }) => {
    if (board.running(id) === undefined) return { gone: true }
    return { done: await cancel(id, options) } as unknown as Json
  })
}
