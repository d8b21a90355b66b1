import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type TorilClient } from '../client/create-client.ts'
import { findRunner } from '../client/find-runner.ts'
import { CliError, exitCodes } from '../exit-codes.ts'

/**
 * Calls `run` with a client of the running Toril; where none runs, of one started for it on a data folder
 * of its own that is removed afterwards. `where` says which.
 */
export async function withRunner<Result>(
  run: (client: TorilClient, where: string) => Promise<Result>,
): Promise<Result> {
  const running = find()
  if (running !== undefined) return run(createClient(running), `Using the runner at ${running.url}.`)
  const { runServe } = await import('../run-serve.ts')
  const dataDir = mkdtempSync(join(tmpdir(), 'toril-selftest-'))
  try {
    // Nothing of the environment: whatever queue, database or jobs folder it names is not to be touched.
    const served = await runServe({ TORIL_DATA_DIR: dataDir }, { port: 0 })
    try {
      return await run(createClient(served), 'No runner is running; started one for this test.')
    } finally {
      await served.stop()
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true })
  }
}

function find() {
  try {
    return findRunner(process.env)
  } catch (error) {
    if (error instanceof CliError && error.exitCode === exitCodes.noRunner) return undefined
    throw error
  }
}
