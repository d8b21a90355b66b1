import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { dataDirOf } from '../../api/data-dir.ts'
import { readEnvironment } from '../../runner/environment.ts'
import { readJobsFolder } from '../../runner/preferences/read-jobs-folder.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { note, print, printJson } from '../output/print.ts'
import { shownPath } from '../output/shown-path.ts'
import { withJson, type JsonFlag } from './shared-options.ts'

interface Flags extends JsonFlag {
  dir?: string
}

export function addNewJob(program: Command): void {
  withJson(program.command('new-job'))
    .description('write a job type to start from, and its test, into your jobs folder')
    .argument('<name>', 'e.g. tidy-photos; the file is <name>.job.ts')
    .option('--dir <folder>', "the jobs folder, made when missing; without it the runner's own")
    .action(async (name: string, { dir, json }: Flags) => {
      const environment = readEnvironment(process.env)
      const ofRunner =
        environment.TORIL_JOBS_DIR ?? (await readJobsFolder(join(dataDirOf(environment), 'preferences.json')))
      const folder = dir ?? ofRunner
      if (folder === undefined) {
        const message = 'No jobs folder is set. Name one with --dir, in TORIL_JOBS_DIR or in the preferences.'
        throw new CliError(exitCodes.usage, message)
      }
      // Loaded when it is wanted: the other commands shall answer at once.
      const { writeNewJob } = await import('../../runner/catalog/new-job/write-new-job.ts')
      const job = await writeNewJob(resolve(folder), name)
      if (json === true) return printJson(job)
      print(`Written: ${shownPath(job.file)} and its test ${shownPath(job.test)}`)
      print(`Test it with Node 24: node --test ${shownPath(job.test)}`)
      print(`Run it: toril enqueue ${name} '{"names": ["Manolete"]}' --wait`)
      if (ofRunner === undefined || resolve(ofRunner) !== job.folder) {
        note(`The runner does not read this folder. To change that: toril preferences set jobs.folder=${job.folder}`)
      }
    })
}
