import type { Attempt } from '../../../electron/contract/job.ts'

const said = 'Cancelled from the '
const doors: Record<string, string> = { cli: 'CLI', rest: 'REST API' }

/** Who ended an attempt and why, as one sentence; undefined when nobody did. */
export function cancelWords({ cancelledBy, cancelReason }: Attempt): string | undefined {
  if (cancelledBy === undefined) return undefined
  const from = `${said}${cancelledBy.replace(/^\w+/, (door) => doors[door] ?? door)}`
  // Where no words were given the runner that was asked keeps this sentence as the reason.
  return cancelReason === undefined || cancelReason.startsWith(said) ? `${from}.` : `${from}: ${cancelReason}`
}

/** The error of an attempt as far as it says more than that it was cancelled. */
export function ownError({ error, outcome, cancelReason }: Attempt): Attempt['error'] {
  if (outcome === 'completed' || (outcome === 'cancelled' && error?.message === cancelReason)) return undefined
  return error
}
