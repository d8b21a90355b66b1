import type { Job, JobOptions } from '../../../electron/contract/job.ts'
import type { Issue, Json } from '../../../electron/contract/json.ts'
import type { Client } from '../../lib/client.ts'
import { toPanelError, type PanelError } from '../../lib/errors.ts'
import { isObject } from '../../components/schema-form/json-path.ts'

export interface SubmitResult {
  jobs: Job[]
  /** Why the rest, or all, were not taken. */
  error?: PanelError
}

/** At once on the wire; more would not be faster, and the runner has others to serve. */
const parallel = 10

/** Enqueues copies of one job; stops at the first refusal, and says what was taken until then. */
export async function submitJobs(
  client: Client,
  request: { type: string; input: Json; options: JobOptions },
  copies: number,
): Promise<SubmitResult> {
  const jobs: Job[] = []
  for (let done = 0; done < copies; done += parallel) {
    const batch = Array.from({ length: Math.min(parallel, copies - done) }, () => client.jobs.enqueue(request))
    const outcomes = await Promise.allSettled(batch)
    jobs.push(...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])))
    const refused = outcomes.find((outcome) => outcome.status === 'rejected')
    if (refused !== undefined) return { jobs, error: toPanelError(refused.reason) }
  }
  return { jobs }
}

/** Issues of the input at paths of the input: a door may put `input` before them. */
export function inputIssues(error: PanelError, input: Json | undefined): Issue[] {
  if (error.code !== 'INVALID_INPUT') return []
  const hasOwnInput = isObject(input) && Object.hasOwn(input, 'input')
  return error.issues.map((issue) =>
    issue.path[0] === 'input' && !hasOwnInput ? { ...issue, path: issue.path.slice(1) } : issue,
  )
}
