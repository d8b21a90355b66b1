import type { Command } from 'commander'
import { oneLine } from '../output/format.ts'
import { note, print, printJson } from '../output/print.ts'
import { table } from '../output/table.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

export function addTypes(program: Command): void {
  withJson(program.command('types'))
    .description('the job types that this runner knows')
    .action(async ({ json }: JsonFlag) => {
      const catalog = await openClient().jobTypes.list()
      if (json === true) return printJson(catalog)
      print(
        table(
          [{ title: 'TYPE' }, { title: 'TITLE' }, { title: 'FROM' }, { title: 'EXAMPLE' }],
          catalog.jobTypes.map(({ name, title, source, file, example }) => [
            name,
            title,
            file ?? source,
            example === undefined ? '' : oneLine(JSON.stringify(example), 60),
          ]),
        ),
      )
      for (const { file, line, message } of catalog.problems) {
        note(`${file}${line === undefined ? '' : `:${line}`}: ${message}`)
      }
    })
}
