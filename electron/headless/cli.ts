import { Command } from 'commander'
import { readVersion } from '../api/version.ts'
import { addCancel, addPromote, addRemove, addRetry } from './commands/change-job.ts'
import { addClean, addDrain, addObliterate } from './commands/empty.ts'
import { addEnqueue } from './commands/enqueue.ts'
import { addProfile, addStack } from './commands/inspect-job.ts'
import { addJob, addJobs } from './commands/jobs.ts'
import { addOpenApi } from './commands/openapi.ts'
import { addNewJob } from './commands/new-job.ts'
import { addProfiles } from './commands/profiles.ts'
import { addPreferences } from './commands/preferences.ts'
import { addPause, addResume, addStatus } from './commands/queue.ts'
import { addRunners } from './commands/runners.ts'
import { addSelfTest } from './commands/self-test.ts'
import { addServe } from './commands/serve.ts'
import { addThreads } from './commands/threads.ts'
import { addTypes } from './commands/types.ts'
import { exitCodesHelp } from './exit-codes.ts'
import { runCommandLine } from './run-command-line.ts'

const environmentHelp = `
Environment:
  TORIL_DATA_DIR           data folder whose runner is meant
  TORIL_HOST, TORIL_PORT   where a runner listens, or is found together with TORIL_TOKEN
  TORIL_TOKEN              token of the runner
  NO_COLOR                 no colours`

// Before the commands are added: they take these settings over.
const program = new Command('toril')
  .description('Run jobs on a local runner, and see and stop them.')
  .version(readVersion())
  .exitOverride()
  // `--password=…` and `-p…` are no options, and what stands behind is not for logs.
  .configureOutput({
    outputError: (text, write) =>
      write(text.replace(/(unknown option '[^=']+)=.*'/s, "$1=…'").replace(/(unknown option '-[^-'])[^']+'/s, "$1…'")),
  })
  .showHelpAfterError('(see toril --help)')
  .addHelpText('after', environmentHelp)
  .addHelpText('after', exitCodesHelp)

for (const add of [
  addServe,
  addEnqueue,
  addJobs,
  addJob,
  addStack,
  addProfile,
  addCancel,
  addRetry,
  addRemove,
  addPromote,
  addPause,
  addResume,
  addDrain,
  addClean,
  addObliterate,
  addStatus,
  addRunners,
  addThreads,
  addTypes,
  addNewJob,
  addPreferences,
  addProfiles,
  addSelfTest,
  addOpenApi,
]) {
  add(program)
}

await runCommandLine(program, process.argv)
