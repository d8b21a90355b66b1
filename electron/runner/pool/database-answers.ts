import type { FromThread } from '../../../workers/protocol.ts'
import type { JobDatabaseAccess } from '../history/history.ts'
import type { Lane } from './lane.ts'

/**
 * Serves one call of a thread's `services.db`. A thread that has died, or an attempt that has ended, is
 * not waited for: its calls that have not begun are dropped.
 */
export async function answerDatabaseCall(
  database: JobDatabaseAccess,
  lane: Lane,
  { id, seq, request }: Extract<FromThread, { kind: 'db' }>,
): Promise<void> {
  const unwanted = (): boolean => lane.worker.threadId === -1 || (seq !== undefined && lane.attempt?.seq !== seq)
  const answer = await database.run(request, unwanted)
  if (!unwanted()) lane.post({ kind: 'db', id, answer })
}
