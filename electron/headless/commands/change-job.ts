import { Option, type Command } from 'commander'
import type { Job } from '../../contract/job.ts'
import type { TorilClient } from '../client/create-client.ts'
import { stateText } from '../output/style.ts'
import { print, printJson } from '../output/print.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

interface CancelFlags extends JsonFlag {
  now?: boolean
  then?: 'stop' | 'retry'
  reason?: string
}

export function addCancel(program: Command): void {
  withJson(program.command('cancel'))
    .summary('cancel a job')
    .description('Cancels a job. A running one is asked to stop, and its thread is killed after the grace time.')
    .argument('<id>')
    .option('--now', 'kill at once, without the grace time')
    .addOption(new Option('--then <what>', 'what becomes of the job').choices(['stop', 'retry']))
    .option('--reason <text>', 'kept with the job')
    .action(async (id: string, { json, ...options }: CancelFlags) => {
      const result = await openClient().jobs.cancel({ id, ...options })
      if (json === true) printJson(result)
      else print(result.message)
    })
}

function addChange(
  program: Command,
  name: string,
  about: string,
  change: (client: TorilClient, id: string) => Promise<Job>,
) {
  withJson(program.command(name))
    .description(about)
    .argument('<id>')
    .action(async (id: string, flags: JsonFlag) => {
      const job = await change(openClient(), id)
      if (flags.json === true) return printJson(job)
      print(`Job ${job.id} ${stateText(job.state)}`)
    })
}

export function addRetry(program: Command): void {
  addChange(program, 'retry', 'run a finished job again', (client, id) => client.jobs.retry({ id }))
}

export function addPromote(program: Command): void {
  addChange(program, 'promote', 'run a delayed job now', (client, id) => client.jobs.promote({ id }))
}
