import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { duration, oneLine } from '../output/format.ts'
import { note, print, printJson } from '../output/print.ts'
import { styled } from '../output/style.ts'
import { table } from '../output/table.ts'
import { withRunner } from '../selftest/with-runner.ts'
import { runSelfTest, type SelfTestResult } from '../selftest/run-self-test.ts'
import { wholeNumber, withJson, type JsonFlag } from './shared-options.ts'

export function addSelfTest(program: Command): void {
  withJson(program.command('selftest'))
    .description('run every built-in job type end to end and compare the results with its own')
    .option('--timeout <seconds>', 'how long one job may take, waiting included', wholeNumber(1, 3600), 60)
    .action(async ({ json, timeout }: JsonFlag & { timeout: number }) => {
      const { results, runner } = await withRunner(async (client, where) => {
        note(where)
        return { results: await runSelfTest(client, timeout * 1000), runner: where }
      })
      const passed = results.every(({ ok }) => ok)
      if (json === true) printJson({ passed, runner, results })
      else print(resultTable(results))
      if (!passed) process.exitCode = exitCodes.failed
    })
}

function resultTable(results: readonly SelfTestResult[]): string {
  return table(
    [{ title: 'JOB TYPE' }, { title: 'RESULT' }, { title: 'TIME', align: 'right' }, { title: 'WHAT' }],
    results.map(({ type, ok, ms, what }) => [
      type,
      ok ? styled('green', 'ok') : styled('red', 'different'),
      duration(ms),
      oneLine(what, 160),
    ]),
  )
}
