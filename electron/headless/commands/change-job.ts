import { Option, type Command } from 'commander'
import type { BatchAction } from '../../contract/batch.ts'
import { jobStates, type Job, type JobState } from '../../contract/job.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { stateText } from '../output/style.ts'
import { print, printJson } from '../output/print.ts'
import { carryOut, withSafety, type SafeFlags } from './empty.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

interface Which {
  state?: string[]
  type?: string
  query?: string
  filter?: string
}

interface ManyFlags extends SafeFlags, Which {
  all?: boolean
}

interface CancelFlags extends ManyFlags {
  now?: boolean
  then?: 'stop' | 'retry'
  reason?: string
}

/** Adds `--all`, and what narrows it down. */
function withMany(command: Command): Command {
  return withSafety(command)
    .argument('[id]')
    .option('--all', 'all jobs instead of one, or those that the options below leave')
    .addOption(new Option('-s, --state <state...>', 'with --all: only these states').choices(jobStates))
    .option('-t, --type <type>', 'with --all: only this job type')
    .option('-q, --query <text>', 'with --all: text in id, type, input, result, error or log')
    .option('--filter <conditions>', 'with --all: such as "-type:mail took:>5s"')
}

/** Throws a CliError unless it is either one job or all. */
function oneOrAll(id: string | undefined, { all, state, type, query, filter, dryRun, confirm }: ManyFlags): void {
  if ((id === undefined) !== (all === true))
    throw new CliError(exitCodes.usage, 'Give either the id of a job, or --all.')
  if (id === undefined || [state, type, query, filter, dryRun, confirm].every((flag) => flag === undefined)) return
  const names = '--state, --type, --query, --filter, --dry-run and --confirm'
  throw new CliError(exitCodes.usage, `${names} go with --all, not with the id of a job.`)
}

async function batch(
  action: BatchAction,
  done: string,
  { json, dryRun, confirm, state, type, query, filter }: ManyFlags,
  reason?: string,
): Promise<void> {
  const which = {
    ...(state === undefined ? {} : { state: state as JobState[] }),
    ...(type === undefined ? {} : { type }),
    ...(query === undefined ? {} : { query }),
    ...(filter === undefined ? {} : { filter }),
    ...(reason === undefined ? {} : { reason }),
  }
  const flags = {
    ...(json === undefined ? {} : { json }),
    ...(dryRun === undefined ? {} : { dryRun }),
    ...(confirm === undefined ? {} : { confirm }),
  }
  const { jobs } = openClient()
  await carryOut(flags, done, (safe, options) => jobs.batch({ action, ...which, ...safe }, options))
}

export function addCancel(program: Command): void {
  withMany(program.command('cancel'))
    .summary('cancel a job, or all')
    .description('Cancels a job. A running one is asked to stop, and its thread is killed after the grace time.')
    .option('--now', 'kill at once, without the grace time')
    .addOption(new Option('--then <what>', 'what becomes of the job').choices(['stop', 'retry']))
    .option('--reason <text>', 'kept with the job')
    .action(async (id: string | undefined, flags: CancelFlags) => {
      oneOrAll(id, flags)
      const { json, now, then, reason } = flags
      if (id === undefined) {
        if (now !== undefined || then !== undefined) {
          throw new CliError(exitCodes.usage, '--now and --then go with the id of a job, not with --all.')
        }
        return batch('cancel', 'cancelled, or asked to stop', flags, reason)
      }
      const options = {
        ...(now === undefined ? {} : { now }),
        ...(then === undefined ? {} : { then }),
        ...(reason === undefined ? {} : { reason }),
      }
      const result = await openClient().jobs.cancel({ id, ...options })
      if (json === true) printJson(result)
      else print(result.message)
    })
}

export function addRemove(program: Command): void {
  withMany(program.command('remove'))
    .summary('remove a job and its history, or all')
    .description('Removes a job from the queue and from the history. One that runs must be cancelled first.')
    .action(async (id: string | undefined, flags: ManyFlags) => {
      oneOrAll(id, flags)
      if (id === undefined) return batch('remove', 'removed', flags)
      await openClient().jobs.remove({ id })
      if (flags.json === true) printJson({ id, removed: true })
      else print(`Job ${id} is removed.`)
    })
}

function printChanged(job: Job, { json }: JsonFlag): void {
  if (json === true) printJson(job)
  else print(`Job ${job.id} ${stateText(job.state)}`)
}

export function addRetry(program: Command): void {
  withMany(program.command('retry'))
    .summary('run a finished job again, or all')
    .description('Runs a finished job again.')
    .action(async (id: string | undefined, flags: ManyFlags) => {
      oneOrAll(id, flags)
      if (id === undefined) await batch('retry', 'back in the queue', flags)
      else printChanged(await openClient().jobs.retry({ id }), flags)
    })
}

export function addPromote(program: Command): void {
  withJson(program.command('promote'))
    .description('run a delayed job now')
    .argument('<id>')
    .action(async (id: string, flags: JsonFlag) => printChanged(await openClient().jobs.promote({ id }), flags))
}
