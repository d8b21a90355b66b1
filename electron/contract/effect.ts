import { oc } from '@orpc/contract'

/**
 * What an operation does. `reads`: changes nothing that stays. `own`: changes this Toril alone (its preferences,
 * its profiles, what it looks at), which a read-only profile allows. `changes`: changes jobs, the queue, or another
 * runner, which it refuses. `destroys`: the same for many jobs at once; with `dryRun: true` in its input it only reads.
 */
export type Effect = 'reads' | 'own' | 'changes' | 'destroys'

export interface OperationMeta {
  /** Absent: taken for `changes`. */
  effect?: Effect
}

/** Every operation begins with one of these, so none can leave open what it does. */
export const reading = oc.$meta<OperationMeta>({ effect: 'reads' })
export const changingOwn = oc.$meta<OperationMeta>({ effect: 'own' })
export const changing = oc.$meta<OperationMeta>({ effect: 'changes' })
export const destroying = oc.$meta<OperationMeta>({ effect: 'destroys' })
