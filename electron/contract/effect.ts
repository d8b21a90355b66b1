import { oc } from '@orpc/contract'

/**
 * What an operation does. `reads`: changes nothing that stays. `own`: changes this Toril alone (its preferences,
 * its profiles, what it looks at), which a read-only profile allows. `changes`: changes jobs, the queue, or another
 * runner, which it refuses.
 */
export type Effect = 'reads' | 'own' | 'changes'

export interface OperationMeta {
  /** Absent: taken for `changes`. */
  effect?: Effect
}

/** Every operation begins with one of these three, so none can leave open what it does. */
export const reading = oc.$meta<OperationMeta>({ effect: 'reads' })
export const changingOwn = oc.$meta<OperationMeta>({ effect: 'own' })
export const changing = oc.$meta<OperationMeta>({ effect: 'changes' })
