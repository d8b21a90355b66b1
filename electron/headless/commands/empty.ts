import { InvalidArgumentError, Option, type Command } from 'commander'
import type { BatchProgress } from '../../contract/batch.ts'
import { milliseconds } from '../../contract/job-filter.ts'
import { finishedStates, jobStates } from '../../contract/job.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { count } from '../output/format.ts'
import { note, print, printJson } from '../output/print.ts'
import { confirmed } from './confirmed.ts'
import { openClient, wholeNumber, withJson, type JsonFlag } from './shared-options.ts'

export interface SafeFlags extends JsonFlag {
  dryRun?: boolean
  confirm?: string
}

/** Adds what every act takes that touches many jobs. */
export function withSafety(command: Command): Command {
  return withJson(command)
    .option('--dry-run', 'only say how many jobs it would touch')
    .option('--confirm <name>', 'the name of the profile, which one for production asks for')
}

type Safe = { dryRun?: boolean; confirm?: string }
type Begin = (safe: Safe, options: { signal: AbortSignal }) => Promise<AsyncIterable<BatchProgress>>

const jobs = (number: number): string => `${count(number)} ${number === 1 ? 'job' : 'jobs'}`

function dryRunText({ total, byState = {} }: BatchProgress): string {
  const states = jobStates.flatMap((state) => (byState[state] === undefined ? [] : `${count(byState[state])} ${state}`))
  return `It would touch ${jobs(total)}${states.length === 0 ? '' : `: ${states.join(', ')}`}. Nothing was changed.`
}

/** Shows on a terminal how far it is, and answers the end. */
async function follow(stream: AsyncIterable<BatchProgress>): Promise<BatchProgress> {
  let last: BatchProgress = { total: 0, done: 0, failed: 0, over: false }
  const { stderr } = process
  for await (const progress of stream) {
    last = progress
    if (stderr.isTTY) stderr.write(`\r\u001b[2K${count(last.done)} of ${jobs(last.total)}`)
  }
  if (stderr.isTTY) stderr.write('\r\u001b[2K')
  return last
}

/** Ctrl-C stops what goes on; what was done stays done. */
async function stoppable(work: (signal: AbortSignal) => Promise<BatchProgress>): Promise<BatchProgress> {
  const stop = new AbortController()
  const onInterrupt = (): void => stop.abort()
  process.once('SIGINT', onInterrupt)
  try {
    return await work(stop.signal)
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new CliError(exitCodes.interrupted, 'Stopped. What was done stays done.')
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}

/** Carries out an act that touches many jobs, or only says what it would touch. `done` is said of the jobs. */
export async function carryOut(flags: SafeFlags, done: string, begin: Begin): Promise<void> {
  const dryRun = async (): Promise<BatchProgress> =>
    follow(await begin({ dryRun: true }, { signal: new AbortController().signal }))
  if (flags.dryRun === true) {
    const answer = await dryRun()
    if (flags.json === true) printJson(answer)
    else print(dryRunText(answer))
    return
  }
  const end = await stoppable(async (signal) =>
    follow(
      await confirmed(
        flags.confirm,
        (confirm) => begin(confirm, { signal }),
        async () => note(dryRunText(await dryRun())),
      ),
    ),
  )
  if (end.failed > 0) process.exitCode = exitCodes.failed
  if (flags.json === true) return printJson(end)
  print(`${jobs(end.done)} ${done}.`)
  if (end.failed > 0) note(`${jobs(end.failed)} could not be: ${end.firstError ?? 'the runner did not say why'}`)
}

function age(text: string): number {
  const ms = milliseconds(text)
  if (ms !== undefined) return Number(ms)
  throw new InvalidArgumentError('It must be a duration such as 30m, 12h or 7d.')
}

export function addDrain(program: Command): void {
  withSafety(program.command('drain'))
    .summary('take what waits out of the queue')
    .description('Takes what waits out of the queue. Jobs that run go on; the history keeps the others as cancelled.')
    .option('--delayed', 'also what waits for its time')
    .option('--reason <text>', 'kept with the jobs')
    .action(async ({ delayed, reason, ...flags }: SafeFlags & { delayed?: boolean; reason?: string }) => {
      const input = { ...(delayed === true ? { delayed } : {}), ...(reason === undefined ? {} : { reason }) }
      const { queue } = openClient()
      await carryOut(flags, 'taken out of the queue', (safe, options) => queue.drain({ ...input, ...safe }, options))
    })
}

export function addClean(program: Command): void {
  withSafety(program.command('clean'))
    .summary('remove jobs that finished some time ago')
    .description('Removes finished jobs, oldest first, from the queue and from the history.')
    .addOption(
      new Option('-s, --state <state...>', 'which of them').choices(finishedStates).default(['completed'], 'completed'),
    )
    .requiredOption('--older-than <age>', 'only those that ended so long ago, such as 12h or 7d; 0s for all', age)
    .option('-n, --limit <count>', 'at most so many', wholeNumber(1))
    .action(async ({ state, olderThan, limit, ...flags }: SafeFlags & CleanFlags) => {
      const { queue } = openClient()
      const input = { state, olderThanMs: olderThan, ...(limit === undefined ? {} : { limit }) }
      await carryOut(flags, 'removed', (safe, options) => queue.clean({ ...input, ...safe }, options))
    })
}

interface CleanFlags {
  state: (typeof finishedStates)[number][]
  olderThan: number
  limit?: number
}

export function addObliterate(program: Command): void {
  withSafety(program.command('obliterate'))
    .summary('take everything out of the queue')
    .description(
      'Takes everything out of the queue, job schedulers included. The history keeps the jobs; those that had not finished are cancelled.',
    )
    .option('--force', 'also while jobs run: they are cancelled, their threads killed')
    .option('--reason <text>', 'kept with the jobs')
    .action(async ({ force, reason, ...flags }: SafeFlags & { force?: boolean; reason?: string }) => {
      const input = { ...(force === true ? { force } : {}), ...(reason === undefined ? {} : { reason }) }
      const { queue } = openClient()
      await carryOut(flags, 'out of the queue', (safe, options) => queue.obliterate({ ...input, ...safe }, options))
    })
}
