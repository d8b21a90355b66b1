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
    // Whatever queue or database the environment names is not to be touched by a test of its own.
    const { REDIS_URL: _redis, REDIS_PORT: _port, DATABASE_URL: _database, ...variables } = process.env
    const served = await runServe({ ...variables, TORIL_DATA_DIR: dataDir, TORIL_HOST: '127.0.0.1' }, { port: 0 })
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
