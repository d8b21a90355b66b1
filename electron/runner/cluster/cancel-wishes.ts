import * as z from 'zod'
import type { NoteStore } from '../queue/relay-line.ts'

/** Long past the time in which a lost job is taken up again, also when no runner is on for a while. */
const keptMs = 24 * 3_600_000

const wishSchema = z.object({
  /** The job's own: its id may mean another job by then. */
  createdAt: z.string(),
  by: z.string(),
  reason: z.string(),
})
export type CancelWish = z.infer<typeof wishSchema>

/** That a job be cancelled by whoever takes it next, because the runner that has it does not answer. */
export interface CancelWishes {
  /** Rejects UNAVAILABLE. */
  leave(jobId: string, wish: CancelWish): Promise<void>
  of(jobId: string, createdAt: string): Promise<CancelWish | undefined>
  /** Somebody wants the job to run after all, or it was cancelled. */
  forget(jobId: string): Promise<void>
}

export function createCancelWishes(notes: NoteStore): CancelWishes {
  const keyOf = (jobId: string): string => `cancel:${jobId}`
  return {
    leave: (jobId, wish) => notes.put(keyOf(jobId), JSON.stringify(wish), keptMs),
    async of(jobId, createdAt) {
      const text = await notes.get(keyOf(jobId))
      if (text === undefined) return undefined
      const parsed = wishSchema.safeParse(JSON.parse(text))
      return parsed.success && parsed.data.createdAt === createdAt ? parsed.data : undefined
    },
    forget: (jobId) => notes.remove(keyOf(jobId)),
  }
}
