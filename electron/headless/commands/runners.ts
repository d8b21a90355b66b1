import type { Command } from 'commander'
import type { Runner } from '../../contract/runner.ts'
import type { TorilClient } from '../client/create-client.ts'
import { stateWords } from '../output/taking-text.ts'
import { clock, count, duration, oneLine, percent, unknown } from '../output/format.ts'
import { print, printJson } from '../output/print.ts'
import { table } from '../output/table.ts'
import { openClient, wholeNumber, withJson, type JsonFlag } from './shared-options.ts'

interface ResizeFlags extends JsonFlag {
  minThreads?: number
  maxThreads?: number
  concurrency?: number
}

/** `toril runners`, and what can be done to one of them. */
export function addRunners(program: Command): void {
  const runners = withJson(program.command('runners'))
    .description('the live runners of the queue; pause, resume, drain or resize one')
    .action(async (flags: JsonFlag) => {
      const { runners: list } = await openClient().runners.list()
      if (wantsJson(flags)) printJson(list)
      else print(runnerTable(list))
    })
  addAct(runners, 'pause', 'a runner takes no more jobs; what it runs goes on', (client, id) =>
    client.runners.pause({ id }),
  )
  addAct(runners, 'resume', 'a runner takes jobs again', (client, id) => client.runners.resume({ id }))
  addAct(
    runners,
    'drain',
    'a runner takes no more jobs, gives back what has no thread yet, and ends what it runs',
    (client, id) => client.runners.drain({ id }),
  )
  withJson(runners.command('resize'))
    .description('change the threads or the concurrency of a runner; applies live')
    .argument('<id>')
    .option('--min-threads <n>', 'threads kept while idle', wholeNumber(0))
    .option('--max-threads <n>', 'threads at most', wholeNumber(1))
    .option('--concurrency <n>', 'jobs at a time', wholeNumber(1))
    .action(async (id: string, flags: ResizeFlags) => {
      const { json: _json, ...body } = flags
      printRunner(await openClient().runners.resize({ params: { id }, body }), flags)
    })
}

function addAct(
  runners: Command,
  name: string,
  about: string,
  act: (client: TorilClient, id: string) => Promise<Runner>,
): void {
  withJson(runners.command(name))
    .description(about)
    .argument('<id>')
    .action(async (id: string, flags: JsonFlag) => printRunner(await act(openClient(), id), flags))
}

/** `--json` before or after the second word: commander gives it to the command it stands behind. */
function wantsJson({ json }: JsonFlag): boolean {
  return json === true || process.argv.includes('--json')
}

function printRunner(runner: Runner, flags: JsonFlag): void {
  if (wantsJson(flags)) return printJson(runner)
  const most = runner.maxThreads === undefined ? '' : ` (at most ${count(runner.maxThreads)})`
  print(
    `Runner ${runner.id} ${stateWords[runner.state]}: ${threads(runner)} threads busy${most}, ${jobs(runner)} jobs.`,
  )
}

/** Of those it has at this moment, as `toril status` and the panel tell it. */
function threads({ busyThreads, threads: now }: Runner): string {
  return `${count(busyThreads)} of ${count(now)}`
}

function jobs({ active, concurrency }: Runner): string {
  return `${count(active)} of ${count(concurrency)}`
}

function runnerTable(list: readonly Runner[]): string {
  return table(
    [
      { title: 'ID' },
      { title: 'HOST' },
      { title: 'PID', align: 'right' },
      { title: 'VERSION' },
      { title: 'STATE' },
      { title: 'THREADS', align: 'right' },
      { title: 'JOBS', align: 'right' },
      { title: 'LOOP', align: 'right' },
      { title: 'SEEN', align: 'right' },
      { title: 'CLOCK', align: 'right' },
      { title: 'STARTED' },
      { title: 'JOB TYPES' },
    ],
    list.map((runner) => [
      runner.self ? `${runner.id} *` : runner.id,
      runner.host,
      String(runner.pid),
      runner.version,
      runner.state,
      threads(runner),
      jobs(runner),
      percent(runner.loop),
      runner.self ? 'now' : `${duration(Math.max(0, Date.now() - Date.parse(runner.lastSeenAt)))} ago`,
      skew(runner),
      clock(runner.startedAt),
      oneLine(runner.jobTypes.join(', '), 60),
    ]),
  )
}

/** How far its clock is ahead of this runner's. */
function skew({ self, clockSkewMs }: Runner): string {
  if (self) return ''
  if (clockSkewMs === undefined) return unknown
  if (clockSkewMs === 0) return 'same'
  return `${clockSkewMs > 0 ? '+' : '-'}${duration(Math.abs(clockSkewMs))}`
}
