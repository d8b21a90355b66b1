import { isFinished, type Job } from '../../contract/job.ts'
import type { TorilClient } from '../client/create-client.ts'
import { followJob } from '../client/follow-job.ts'
import { createExpectations, type Expectation } from './expectations.ts'

export interface SelfTestResult {
  type: string
  ok: boolean
  /** From the enqueue to the end of the job. */
  ms: number
  /** What was checked, or what is different. */
  what: string
}

/** Runs every built-in job type through the queue and a thread, one after the other. */
export async function runSelfTest(client: TorilClient): Promise<SelfTestResult[]> {
  const { jobTypes } = await client.jobTypes.list()
  const builtIn = jobTypes.filter(({ source }) => source === 'built-in').map(({ name }) => name)
  const expectations = createExpectations()
  try {
    const results: SelfTestResult[] = []
    for (const expectation of expectations) results.push(await check(client, expectation, builtIn))
    // A job type that nobody wrote an expectation for must not look tested.
    const untested = builtIn.filter((name) => !expectations.some(({ type }) => type === name))
    return [...results, ...untested.map((type) => ({ type, ok: false, ms: 0, what: 'has no expectation to check' }))]
  } finally {
    for (const { clean } of expectations) clean?.()
  }
}

async function check(client: TorilClient, expectation: Expectation, builtIn: string[]): Promise<SelfTestResult> {
  const { type, input, what } = expectation
  if (!builtIn.includes(type)) return { type, ok: false, ms: 0, what: 'is missing from the catalog' }
  const startedAt = performance.now()
  const job = await run(client, type, input)
  const difference = differenceOf(job, expectation) ?? (await compareWithStored(client, job))
  const ms = performance.now() - startedAt
  return { type, ok: difference === undefined, ms, what: difference ?? what }
}

async function run(client: TorilClient, type: string, input: Expectation['input']): Promise<Job> {
  const { id } = await client.jobs.enqueue({ type, input, options: { attempts: 1 } })
  return followJob(client, id, () => {}, new AbortController().signal)
}

function differenceOf(job: Job, expectation: Expectation): string | undefined {
  if (job.state !== 'completed') return `job ${job.id} ${job.state}: ${job.error?.message ?? 'no reason given'}`
  const [attempt] = job.attempts
  if (job.attempts.length !== 1 || attempt?.outcome !== 'completed') return `job ${job.id} has a wrong list of attempts`
  return expectation.difference(job.result)
}

/** The list must find what the queue ran: that is the way through the history. */
async function compareWithStored(client: TorilClient, { id, type }: Job): Promise<string | undefined> {
  const { jobs } = await client.jobs.list({ query: id, type, limit: 200 })
  const found = jobs.find((job) => job.id === id)
  if (found === undefined) return `job ${id} is not found by its id`
  return isFinished(found.state) ? undefined : `job ${id} is listed as ${found.state}`
}
