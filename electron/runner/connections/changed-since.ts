import { isDeepStrictEqual } from 'node:util'
import type { ConnectionProfile } from '../../contract/connection-profile.ts'

/** What a connection is made of. Name, colour and safety count at once, whatever is open. */
function connectionOf({ queue, history, queueName, prefix, secretsSet }: ConnectionProfile): unknown {
  return { queue, history, queueName, prefix, secretsSet }
}

/** Whether a profile has to be used again before the runner connects as it says now. */
export function changedSince(opened: ConnectionProfile, now: ConnectionProfile): boolean {
  if (now.updatedAt === opened.updatedAt) return false
  if (!isDeepStrictEqual(connectionOf(now), connectionOf(opened))) return true
  // Where nothing that can be seen differs, it was a password.
  return isDeepStrictEqual({ ...now, updatedAt: '' }, { ...opened, updatedAt: '' })
}
