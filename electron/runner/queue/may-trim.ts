import type { BullQueue } from './job-mapping.ts'
import type { NoteStore } from './relay-line.ts'

const key = 'trims'
/** A hundred years: the queue's server keeps a note for as long as it is told. */
const alwaysMs = 100 * 365 * 24 * 3_600_000

/** Shown where finished jobs are not trimmed. */
export const keptNotice = {
  code: 'FINISHED_JOBS_KEPT',
  message:
    'This queue held finished jobs when Toril first came to it. They may be those of another program, so Toril deletes no finished job of it: the preferences Keep completed and Keep failed do nothing here.',
}

/**
 * Whether finished jobs may be deleted: only where there was none when a runner of Toril first came to the queue.
 * That is written down beside the queue. Where there were, another program may still read them.
 */
export async function mayTrim(queue: BullQueue, notes: NoteStore): Promise<boolean> {
  if ((await notes.get(key)) !== undefined) return true
  const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed')
  if (completed + failed > 0) return false
  await notes.put(key, 'yes', alwaysMs)
  return true
}
