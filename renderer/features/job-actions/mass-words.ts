import type { BatchProgress } from '../../../electron/contract/batch.ts'
import { jobStates, type JobState } from '../../../electron/contract/job.ts'
import { formatCount, formatId, plural } from '../../lib/format.ts'
import { stateLabels } from '../../lib/glyphs.ts'
import type { Mass, MassAction } from '../../stores/mass.ts'

export type Touched = Pick<BatchProgress, 'total' | 'byState'>

const verbs: Record<MassAction, string> = { cancel: 'Cancel', retry: 'Retry', remove: 'Remove' }

/** What is done to the jobs, and what of it cannot be undone. */
export const losses: Record<MassAction, string> = {
  cancel: 'What waits is cancelled at once. What runs is asked to stop, and killed after the grace time.',
  retry: 'They go back in the queue now and run again from the start.',
  remove: 'Input, result, attempts and logs go from the queue and from the history. This cannot be undone.',
}

/** `1,200 waiting, 4 running`: of which states the jobs are. */
export function stateWords(byState: BatchProgress['byState']): string {
  const part = (state: JobState): string[] => {
    const count = byState?.[state] ?? 0
    return count === 0 ? [] : [`${formatCount(count)} ${stateLabels[state].toLowerCase()}`]
  }
  return jobStates.flatMap(part).join(', ')
}

/** The answer of a dry run as a sentence. */
export function touchedWords({ total, byState }: Touched): string {
  if (total === 0) return 'No job would be touched.'
  const states = stateWords(byState)
  return `This touches ${plural(total, 'job')}${states === '' ? '' : `: ${states}`}.`
}

/** `Remove 1,204 jobs`, the words of the button; `Remove all that match` while the number is not known. */
export function massLabel(mass: Mass, touched: Touched | undefined): string {
  const verb = verbs[mass.action]
  if (touched === undefined) return `${verb} all that match`
  const [only] = mass.kind === 'picked' ? mass.jobs : []
  if (only !== undefined && touched.total === 1) return `${verb} ${formatId(only.id)}`
  return `${verb} ${plural(touched.total, 'job')}`
}

/** How many picked jobs are in which state, as a dry run says it. */
export function touchedOf(jobs: readonly { state: JobState }[]): Touched {
  const byState: Partial<Record<JobState, number>> = {}
  for (const { state } of jobs) byState[state] = (byState[state] ?? 0) + 1
  return { total: jobs.length, byState }
}
