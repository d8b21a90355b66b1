import { dataDirOf, prepareDataDir } from '../api/data-dir.ts'
import { locatePanel, locateReference } from '../api/locate-files.ts'
import { removeRunnerFile, writeRunnerFile } from '../api/runner-file.ts'
import { lockDataDir } from '../api/runner-lock.ts'
import { loadToken, type Token } from '../api/token.ts'
import { startHttp } from '../api/transports/http.ts'
import { readVersion } from '../api/version.ts'
import { createRunner } from '../runner/create-runner.ts'
import { readEnvironment, type Environment } from '../runner/environment.ts'
import type { Runner } from '../runner/runner.ts'

export interface ServeOptions {
  /** Beats `TORIL_HOST`. */
  host?: string
  /** Beats `TORIL_PORT`. */
  port?: number
  /** Told while starting: `database`, `queue`, `threads`. */
  onPhase?: (phase: string) => void
}

/** A runner with all its doors open. */
export interface Served {
  url: string
  token: string
  dataDir: string
  /** The panel's address with the token, for a browser. */
  panelUrl: string
  /** Takes no more jobs, ends what runs in order, closes every door. Safe to call twice. */
  stop(): Promise<void>
}

/**
 * Starts a headless runner and opens its doors. Rejects with one clear TorilError, having undone what was
 * begun. The HTTP door opens last, so whoever is let in finds a runner that takes jobs.
 */
export async function runServe(
  variables: Record<string, string | undefined>,
  options: ServeOptions = {},
): Promise<Served> {
  const environment: Environment = readEnvironment(variables)
  const dataDir = dataDirOf(environment)
  prepareDataDir(dataDir)
  const unlock = lockDataDir(dataDir)
  try {
    const version = readVersion()
    const token = loadToken(dataDir, environment)
    const { onPhase } = options
    const runner = await createRunner({
      kind: 'headless',
      dataDir,
      environment,
      version,
      ...(onPhase === undefined ? {} : { onPhase }),
    })
    const http = await openDoors(runner, environment, options, token, version).catch(async (error: unknown) => {
      await runner.stop()
      throw error
    })
    const { url } = http
    const startedAt = new Date().toISOString()
    writeRunnerFile(dataDir, { pid: process.pid, url, token: token.value, version, startedAt })
    async function end() {
      // The doors stay open while jobs get their grace time, so that they can be watched to their end.
      try {
        await runner.stop()
      } finally {
        await http.close()
        removeRunnerFile(dataDir)
        unlock()
      }
    }
    let stopping: Promise<void> | undefined
    return {
      url,
      token: token.value,
      dataDir,
      panelUrl: `${url}/?token=${encodeURIComponent(token.value)}`,
      stop: () => (stopping ??= end()),
    }
  } catch (error) {
    unlock()
    throw error
  }
}

function openDoors(runner: Runner, environment: Environment, options: ServeOptions, token: Token, version: string) {
  const panelDir = locatePanel()
  const referenceFile = locateReference()
  return startHttp({
    runner,
    host: options.host ?? environment.TORIL_HOST,
    port: options.port ?? environment.TORIL_PORT,
    token: token.value,
    tokenIsGiven: token.isGiven,
    version,
    ...(panelDir === undefined ? {} : { panelDir }),
    ...(referenceFile === undefined ? {} : { referenceFile }),
  })
}
