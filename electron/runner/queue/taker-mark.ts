/*
 * BullMQ keeps of every job the name of the worker that took it last. The names of Toril's bear a mark, so that a job
 * in the hands of another program is known as such, also long after.
 */

export const mark = 'toril:'

/** The name under which a runner takes jobs. */
export function takerName(runnerId: string): string {
  return `${mark}${runnerId}`
}

/** The runner that bears a name; undefined when it is that of another program's worker. */
export function runnerNamed(taker: string | null | undefined): string | undefined {
  return taker?.startsWith(mark) === true ? taker.slice(mark.length) : undefined
}
