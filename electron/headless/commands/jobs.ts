import { Option, type Command } from 'commander'
import type { JobList } from '../../contract/contract.ts'
import { isFinished, jobStates, type JobState, type LogLine } from '../../contract/job.ts'
import type { TorilClient } from '../client/create-client.ts'
import { followJob, untilInterrupted } from '../client/follow-job.ts'
import { exitCodes } from '../exit-codes.ts'
import { count } from '../output/format.ts'
import { jobDetail, jobTable, logText, progressText } from '../output/job-text.ts'
import { note, print, printJson } from '../output/print.ts'
import { whyText } from '../output/why-text.ts'
import { openClient, wholeNumber, withJson, type JsonFlag } from './shared-options.ts'

interface ListFlags extends JsonFlag {
  state?: string[]
  type?: string
  query?: string
  filter?: string
  limit: number
  cursor?: string
}

export function addJobs(program: Command): void {
  withJson(program.command('jobs'))
    .summary('list and search jobs')
    .description('Lists jobs, newest first, the history included.')
    .addOption(new Option('-s, --state <state...>', 'only these states').choices(jobStates))
    .option('-t, --type <type>', 'only this job type')
    .option('-q, --query <text>', 'text in id, type, input, result, error or log')
    .option('--filter <conditions>', 'such as "-type:mail took:>5s input.user:~ann"; - leaves out, a comma is or')
    .option('-n, --limit <count>', 'at most this many', wholeNumber(1, 200), 50)
    .option('--cursor <cursor>', 'go on where the page before ended')
    .action(async ({ json, state, ...filter }: ListFlags) => {
      const states = state === undefined ? {} : { state: state as JobState[] }
      const list = await listJobs({ ...filter, ...states }, json !== true)
      if (json === true) return printJson(list)
      const { jobs, total, nextCursor } = list
      if (jobs.length === 0) return print('No jobs match.')
      print(jobTable(jobs))
      if (nextCursor !== undefined)
        note(
          `${count(total)}${list.totalIsMinimum === true ? ' or more' : ''} jobs match. More with --cursor ${nextCursor}`,
        )
    })
}

type ListInput = Omit<ListFlags, 'state' | 'json'> & { state?: JobState[] }

/** An answer of a search may have few jobs, or none, and a cursor: older ones are looked through until it is full. */
async function listJobs(input: ListInput, tell: boolean): Promise<JobList> {
  const client = openClient()
  const list = await client.jobs.list(input)
  let told = !tell
  for (let cursor = list.nextCursor; cursor !== undefined && list.jobs.length < input.limit; cursor = list.nextCursor) {
    if (!told) note('Not enough among the newest jobs. Looking further back.')
    told = true
    const limit = input.limit - list.jobs.length
    const { jobs, nextCursor, totalIsMinimum, total } = await client.jobs.list({ ...input, limit, cursor })
    list.jobs.push(...jobs)
    Object.assign(list, { total, nextCursor, totalIsMinimum })
  }
  return list
}

interface JobFlags extends JsonFlag {
  logs?: boolean
  follow?: boolean
}

export function addJob(program: Command): void {
  withJson(program.command('job'))
    .summary('one job with its attempts')
    .description('Shows a job with its attempts, and why it is not running; with --follow until it has finished.')
    .argument('<id>')
    .option('-l, --logs', 'show its log lines')
    .option('-f, --follow', 'show what happens until it has finished; with --json one event a line')
    .action(async (id: string, flags: JobFlags) => {
      if (flags.follow === true) return follow(id, flags)
      const client = openClient()
      const [job, why] = await Promise.all([client.jobs.get({ id }), client.jobs.why({ id })])
      const log = flags.logs === true ? await readLog(client, id) : undefined
      const logged = log === undefined ? {} : { logs: log.lines, droppedLogs: log.dropped }
      if (flags.json === true) return printJson({ ...job, why, ...logged })
      print(jobDetail(job))
      const checklist = whyText(why)
      if (checklist !== undefined) print(`\n${checklist}`)
      if (log === undefined) return
      print(log.lines.length === 0 ? '\nNo log lines.' : `\n${log.lines.map(logText).join('\n')}`)
      if (log.dropped > 0) note(`${count(log.dropped)} log lines were not kept.`)
    })
}

const logPage = 10_000

async function readLog(client: TorilClient, id: string): Promise<{ lines: LogLine[]; dropped: number }> {
  const lines: LogLine[] = []
  for (;;) {
    const page = await client.jobs.logs({ id, after: lines.at(-1)?.seq ?? 0, limit: logPage })
    lines.push(...page.lines)
    if (page.lines.length < logPage) return { lines, dropped: page.dropped }
  }
}

async function follow(id: string, flags: JobFlags): Promise<void> {
  const client = openClient()
  const job = await untilInterrupted(id, (signal) =>
    followJob(
      client,
      id,
      (event) => {
        if (flags.json === true) process.stdout.write(`${JSON.stringify(event)}\n`)
        else if (event.kind === 'log') print(event.lines.map(logText).join('\n'))
        else if (event.kind === 'progress') print(progressText(event.progress))
        else if (!isFinished(event.job.state)) print(`Job ${id} ${event.job.state}`)
      },
      signal,
    ),
  )
  if (flags.json !== true) print(jobDetail(job))
  if (job.state !== 'completed') process.exitCode = exitCodes.failed
}
