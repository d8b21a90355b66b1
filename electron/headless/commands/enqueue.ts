import type { Command } from 'commander'
import type { Job, JobOptions } from '../../contract/job.ts'
import type { TorilClient } from '../client/create-client.ts'
import { followJob, untilInterrupted } from '../client/follow-job.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { stateText } from '../output/style.ts'
import { note, print, printJson } from '../output/print.ts'
import { createProgressLine } from '../output/progress-line.ts'
import { parseAssignments } from './assignments.ts'
import { readInput } from './input.ts'
import { collect, openClient, withJson, type JsonFlag } from './shared-options.ts'

interface EnqueueFlags extends JsonFlag {
  wait?: boolean
  option?: string[]
}

export function addEnqueue(program: Command): void {
  withJson(program.command('enqueue'))
    .summary('enqueue a job')
    .description('Enqueues a job and prints its id; with --wait follows it and prints its result.')
    .argument('<type>', 'job type, see `toril types`')
    .argument('[input]', 'JSON, @file, or - for standard input; {} when left out')
    .option('-w, --wait', 'show the progress on standard error, then print the result')
    .option('-o, --option <name=value>', 'e.g. attempts=1, timeoutMs=60000, backoff.delayMs=500; repeatable', collect)
    .action(async (type: string, argument: string | undefined, flags: EnqueueFlags) => {
      const input = await readInput(argument)
      const client = openClient()
      // The runner checks the options and names the field that is wrong.
      const options = flags.option === undefined ? undefined : (parseAssignments(flags.option) as JobOptions)
      const job = await client.jobs.enqueue({ type, input, ...(options === undefined ? {} : { options }) })
      if (flags.wait === true) return finish(await wait(client, job.id), flags)
      if (flags.json === true) printJson(job)
      else print(`Job ${job.id} ${stateText(job.state)}`)
    })
}

/** Follows a job on standard error to its end. */
export async function wait(client: TorilClient, id: string): Promise<Job> {
  const line = createProgressLine()
  try {
    return await untilInterrupted(id, (signal) => followJob(client, id, (event) => line.show(event), signal))
  } finally {
    line.end()
  }
}

/** Prints the result on standard output; a job that gave none ends the command with 1. */
function finish(job: Job, flags: JsonFlag): void {
  if (flags.json === true) printJson(job)
  if (job.state === 'completed') {
    if (flags.json !== true)
      print(typeof job.result === 'string' ? job.result : JSON.stringify(job.result, undefined, 2))
    return
  }
  const reason = job.error === undefined ? '' : `: ${job.error.message}`
  const message = `Job ${job.id} ${job.state === 'cancelled' ? 'was cancelled' : 'failed'}${reason}`
  if (flags.json !== true) throw new CliError(exitCodes.failed, message)
  note(message)
  process.exitCode = exitCodes.failed
}
