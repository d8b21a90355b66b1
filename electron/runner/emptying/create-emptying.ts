import type { CleanInput, DrainInput, ObliterateInput } from '../../contract/queue-acts.ts'
import { createClean } from './clean.ts'
import { createDrain } from './drain.ts'
import type { Emptying, EmptyingParts } from './emptying-parts.ts'
import { createObliterate } from './obliterate.ts'

/**
 * The acts that empty the queue, each with a dry run and, on production, only under the profile's name.
 * Rejects READ_ONLY, CONFIRMATION_REQUIRED, JOB_ACTIVE (obliterate without force) and UNAVAILABLE, and then has changed
 * nothing.
 */
export interface QueueEmptying {
  drain: Emptying<DrainInput>
  clean: Emptying<CleanInput>
  obliterate: Emptying<ObliterateInput>
}

export function createEmptying(parts: EmptyingParts): QueueEmptying {
  return { drain: createDrain(parts), clean: createClean(parts), obliterate: createObliterate(parts) }
}
