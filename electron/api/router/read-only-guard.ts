import { os } from '@orpc/server'
import type { OperationMeta } from '../../contract/effect.ts'
import type { Runner } from '../../runner/runner.ts'
import type { ApiContext } from '../context.ts'

/**
 * Stands before every operation, whatever door it is called through: one that changes something is refused while
 * the profile is read-only. It comes before the input is looked at, but for the one field that makes a dry run.
 */
export function readOnlyGuard({ safety }: Pick<Runner, 'safety'>) {
  return os.$context<ApiContext>().middleware(({ procedure, next }, input: unknown) => {
    const { effect = 'changes' }: OperationMeta = procedure['~orpc'].meta
    if (effect === 'changes' || (effect === 'destroys' && !isDryRun(input))) safety.refuseReadOnly()
    return next()
  })
}

function isDryRun(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'dryRun' in input && input.dryRun === true
}
