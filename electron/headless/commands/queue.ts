import { ORPCError } from '@orpc/client'
import type { Command } from 'commander'
import type { QueueInfo } from '../../contract/runner.ts'
import { jobStates } from '../../contract/job.ts'
import { count, unknown } from '../output/format.ts'
import { print, printJson } from '../output/print.ts'
import { styled } from '../output/style.ts'
import { takingText } from '../output/taking-text.ts'
import { pairs, table } from '../output/table.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

export function addPause(program: Command): void {
  withJson(program.command('pause'))
    .description('start no further jobs; those that run go on')
    .action(async (flags: JsonFlag) => printQueue(await openClient().queue.pause(), flags))
}

export function addResume(program: Command): void {
  withJson(program.command('resume'))
    .description('start jobs again')
    .action(async (flags: JsonFlag) => printQueue(await openClient().queue.resume(), flags))
}

function printQueue(queue: QueueInfo, { json }: JsonFlag): void {
  if (json === true) return printJson(queue)
  const { active, waiting } = queue.counts
  print(`${queue.paused ? 'Paused.' : 'Running.'} ${count(active)} jobs go on, ${count(waiting)} wait.`)
}

export function addStatus(program: Command): void {
  withJson(program.command('status'))
    .description('the queue, the threads and the runners')
    .action(async ({ json }: JsonFlag) => {
      const client = openClient()
      const [system, queue, { threads }, { runners }] = await Promise.all([
        client.system.info(),
        client.queue.get(),
        client.threads.list(),
        // They are asked of the queue; all else is known here, also while it is away.
        client.runners.list().catch((error: unknown) => {
          if (error instanceof ORPCError && error.code === 'UNAVAILABLE') return { runners: null }
          throw error
        }),
      ])
      if (json === true) return printJson({ system, queue, threads, runners })
      const busy = threads.filter(({ job }) => job !== undefined).length
      const { rates, connection } = queue
      print(
        pairs([
          ['Toril', `${system.version} on ${system.host}`],
          ['Data folder', system.dataDir],
          ['Profile', `${system.profile.name} · ${system.profile.description}`],
          ['Queue', `${queue.name} · ${queue.paused ? styled('yellow', 'paused') : 'running'}`],
          [
            'This runner',
            takingText(
              system.profile,
              runners?.find(({ self }) => self),
            ),
          ],
          ['Connection', connection.message ?? connection.state],
          ['Threads', `${busy} of ${threads.length} busy`],
          ['Runners', runners === null ? unknown : count(runners.length)],
          ['Rates', `${rate(rates.completedPerMinute)} completed, ${rate(rates.failedPerMinute)} failed a minute`],
        ]),
      )
      print(`\n${table([{ title: 'STATE' }, { title: 'JOBS', align: 'right' }], countRows(queue))}`)
      for (const { message } of system.notices) print(`\n${message}`)
    })
}

function countRows({ counts }: QueueInfo): string[][] {
  return jobStates.map((state) => [state, count(counts[state])])
}

function rate(perMinute: number): string {
  return perMinute.toLocaleString('en-US', { maximumFractionDigits: 1 })
}
