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

/**
 * Runs every built-in job type through the queue and a thread, one after the other. A job without an end after
 * `patienceMs`, as on a paused queue, is cancelled and counts as different.
 */
export async function runSelfTest(client: TorilClient, patienceMs: number): Promise<SelfTestResult[]> {
  const { jobTypes } = await client.jobTypes.list()
  const builtIn = jobTypes.filter(({ source }) => source === 'built-in').map(({ name }) => name)
  const expectations = createExpectations()
  try {
    const results: SelfTestResult[] = []
    for (const expectation of expectations) results.push(await check(client, expectation, builtIn, patienceMs))
    // A job type that nobody wrote an expectation for must not look tested.
    const untested = builtIn.filter((name) => !expectations.some(({ type }) => type === name))
    return [...results, ...untested.map((type) => ({ type, ok: false, ms: 0, what: 'has no expectation to check' }))]
  } finally {
    for (const { clean } of expectations) clean?.()
  }
}

async function check(
  client: TorilClient,
  expectation: Expectation,
  builtIn: string[],
  patienceMs: number,
): Promise<SelfTestResult> {
  const { type, what } = expectation
  if (!builtIn.includes(type)) return { type, ok: false, ms: 0, what: 'is missing from the catalog' }
  const startedAt = performance.now()
  const difference = await run(client, expectation, patienceMs)
  const ms = performance.now() - startedAt
  return { type, ok: difference === undefined, ms, what: difference ?? what }
}

/** Answers what is different. */
async function run(client: TorilClient, expectation: Expectation, patienceMs: number): Promise<string | undefined> {
  const { type, input } = expectation
  const { id } = await client.jobs.enqueue({ type, input, options: { attempts: 1 } })
  const patience = AbortSignal.timeout(patienceMs)
  let job: Job
  try {
    job = await followJob(client, id, () => {}, patience)
  } catch (error) {
    if (!patience.aborted) throw error
    job = await client.jobs.get({ id })
    if (!isFinished(job.state)) return giveUp(client, id, patienceMs)
  }
  return differenceOf(job, expectation) ?? (await compareWithStored(client, job))
}

/** What keeps the job, asked before it is cancelled: the queue is to be left as it was found. */
async function giveUp(client: TorilClient, id: string, patienceMs: number): Promise<string> {
  const { state, title } = await client.jobs.why({ id })
  // Refused when it has just ended, or runs on another runner: the self-test has failed all the same.
  await client.jobs.cancel({ id, reason: 'The self-test waited long enough.' }).catch(() => undefined)
  return `job ${id} is still ${state} after ${patienceMs / 1000} s: ${title}`
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
