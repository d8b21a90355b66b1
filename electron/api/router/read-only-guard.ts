import { os } from '@orpc/server'
import type { OperationMeta } from '../../contract/effect.ts'
import type { Runner } from '../../runner/runner.ts'
import type { ApiContext } from '../context.ts'

/**
 * Stands before every operation, whatever door it is called through: one that changes something is refused while
 * the profile is read-only. It comes before the input is looked at.
 */
export function readOnlyGuard({ safety }: Pick<Runner, 'safety'>) {
  return os.$context<ApiContext>().middleware(({ procedure, next }) => {
    const { effect = 'changes' }: OperationMeta = procedure['~orpc'].meta
    if (effect === 'changes') safety.refuseReadOnly()
    return next()
  })
}
