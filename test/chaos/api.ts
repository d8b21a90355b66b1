import type { CancelResult, JobList } from '../../electron/contract/contract.ts'
import type { Job, JobOptions } from '../../electron/contract/job.ts'
import type { QueueInfo } from '../../electron/contract/runner.ts'

/** Longer than any answer may take: past it the runner was killed under the question. */
const answerMs = 10_000

/** The runner answered, and not with what was asked for. */
export class Refused extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, text: string) {
    super(`${status}: ${text}`)
    this.status = status
    this.code = codeOf(text)
  }
}

function codeOf(text: string): string {
  try {
    return String((JSON.parse(text) as { code?: unknown }).code)
  } catch {
    return ''
  }
}

/** The runner's REST interface, as a program of a user would use it. */
export interface Api {
  enqueue(input: object, options: JobOptions): Promise<Job>
  /** Undefined when there is no such job. */
  job(id: string): Promise<Job | undefined>
  /** One page; all pages together hold every job once. */
  jobs(query: string): Promise<JobList>
  cancel(id: string, body: object): Promise<CancelResult>
  preferences(patch: object): Promise<unknown>
  queue(): Promise<QueueInfo>
}

export function openApi(url: string, token: string): Api {
  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerMs),
    })
    const text = await response.text()
    if (!response.ok) throw new Refused(response.status, text)
    return JSON.parse(text) as Answer
  }

  return {
    enqueue: (input, options) => call('POST', '/jobs', { type: 'count', input, options }),
    job: (id) =>
      call<Job>('GET', `/jobs/${id}`).catch((error: unknown) => {
        if (error instanceof Refused && error.code === 'JOB_NOT_FOUND') return undefined
        throw error
      }),
    jobs: (query) => call('GET', `/jobs?${query}`),
    cancel: (id, body) => call('POST', `/jobs/${id}/cancel`, body),
    preferences: (patch) => call('PATCH', '/preferences', patch),
    queue: () => call('GET', '/queue'),
  }
}
