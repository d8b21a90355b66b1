import type { Command } from 'commander'
import type { Thread } from '../../contract/runner.ts'
import { bytes, count, duration, oneLine, percent, unknown } from '../output/format.ts'
import { print, printJson } from '../output/print.ts'
import { table } from '../output/table.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

export function addThreads(program: Command): void {
  withJson(program.command('threads'))
    .description('the threads of the runner: what each does, for how long, and what it uses')
    .action(async ({ json }: JsonFlag) => {
      const answer = await openClient().threads.list()
      if (json === true) printJson(answer)
      else print(answer.threads.length === 0 ? 'No threads run.' : threadTable(answer.threads, Date.now()))
    })
}

function threadTable(threads: readonly Thread[], now: number): string {
  return table(
    [
      { title: 'THREAD' },
      { title: 'STATE' },
      { title: 'JOB' },
      { title: 'TYPE' },
      { title: 'FOR', align: 'right' },
      { title: 'CPU', align: 'right' },
      { title: 'HEAP', align: 'right' },
      { title: 'LOOP', align: 'right' },
      { title: 'BLOCKED', align: 'right' },
      { title: 'DONE', align: 'right' },
      { title: 'LAST ERROR' },
    ],
    threads.map(({ id, state, job, cpu, heapBytes, heapLimitBytes, loop, blockedMs, jobsDone, lastError }) => [
      id,
      state,
      job?.id ?? unknown,
      job?.type ?? unknown,
      // The clocks of both may differ a little.
      duration(job === undefined ? undefined : Math.max(0, now - Date.parse(job.since))),
      percent(cpu),
      heapLimitBytes === undefined ? bytes(heapBytes) : `${bytes(heapBytes)} of ${bytes(heapLimitBytes)}`,
      percent(loop),
      duration(blockedMs),
      count(jobsDone),
      lastError === undefined ? unknown : oneLine(lastError, 80),
    ]),
  )
}
