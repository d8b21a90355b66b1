import type { JobDatabaseAccess } from '../history/history.ts'
import { rebuildError, unpackAnswer } from '../../../workers/database/answer.ts'
import { createJobDatabase } from '../../../workers/database/job-database.ts'
import type { JobDatabase } from '../../../workers/database/types.ts'
import { pack } from '../../../workers/database/wire.ts'

/**
 * `services.db` without a port between: the same object as in a thread, and the same values come out of it.
 * `ownerNow` answers the attempt that is asking, if it is one.
 */
export function createDirectDatabase(
  access: JobDatabaseAccess,
  ownerNow: () => { ended: boolean } | undefined = () => undefined,
): JobDatabase {
  return createJobDatabase(async (request, called) => {
    const owner = ownerNow()
    const answer = await access.run(pack(request), () => owner?.ended === true)
    if ('error' in answer) throw rebuildError(answer.error, called)
    return unpackAnswer(answer)
  })
}
