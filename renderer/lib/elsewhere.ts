import type { Runner } from '../../electron/contract/runner.ts'
import { useRunners, useSystem } from './panel-context.tsx'

/** A runner's id is its host and a number of each start. */
function hostOf(id: string): string {
  return id.replace(/-[^-]*$/, '')
}

/**
 * The runner of an attempt, where that is not this one: what is said of its thread is said of the threads there. An
 * ended attempt of an earlier start on this computer counts as this one's.
 */
export function elsewhereOf(
  attempt: { runner?: string | undefined; running: boolean },
  own: string | undefined,
  live: readonly Pick<Runner, 'id'>[],
): string | undefined {
  const { runner, running } = attempt
  // `unknown`: another program ran it, and did not say who.
  if (runner === undefined || runner === 'unknown' || own === undefined || runner === own) return undefined
  if (running || live.some(({ id }) => id === runner) || hostOf(runner) !== hostOf(own)) return runner
  return undefined
}

/** The same, of the runners known to the panel. */
export function useElsewhere(runner: string | undefined, running: boolean): string | undefined {
  const own = useSystem((system) => system?.runnerId)
  return useRunners((list) => elsewhereOf({ runner, running }, own, list ?? []))
}
