import type { TorilError } from '../contract/errors.ts'
import { createRunner, type RunnerConfig } from '../runner/create-runner.ts'
import type { Runner } from '../runner/runner.ts'
import { locatePanel, locateReference } from './locate-files.ts'
import { removeRunnerFile, writeRunnerFile } from './runner-file.ts'
import { lockDataDir } from './runner-lock.ts'
import { loadToken } from './token.ts'
import { startHttp, type HttpServer } from './transports/http.ts'

export interface OpenRunnerOptions extends RunnerConfig {
  /** Beats `TORIL_HOST`. */
  host?: string
  /** Beats `TORIL_PORT`. */
  port?: number
  /** Asked when the port is taken: true for any free port instead. */
  anotherPort?: (error: TorilError) => boolean
}

/** A runner with its HTTP door open and its data folder its own. */
export interface OpenRunner {
  readonly runner: Runner
  /** Where REST, the CLI and a browser reach it. */
  readonly url: string
  readonly token: string
  /**
   * Takes no more jobs, ends what runs, closes every door. `graceMs` beats the preference; called again it
   * may shorten the wait.
   */
  stop(graceMs?: number): Promise<void>
}

/**
 * What both shells do: take the data folder, start the runner, open the HTTP door, and write `runner.json`.
 * The door opens last, so whoever is let in finds a runner that takes jobs. Rejects with one clear
 * TorilError, having undone what was begun.
 */
export async function openRunner(options: OpenRunnerOptions): Promise<OpenRunner> {
  const { dataDir, environment, version } = options
  const unlock = lockDataDir(dataDir)
  try {
    const token = loadToken(dataDir, environment)
    const runner = await createRunner(options)
    const open = (port: number): Promise<HttpServer> => {
      const panelDir = locatePanel()
      const referenceFile = locateReference()
      return startHttp({
        runner,
        host: options.host ?? environment.TORIL_HOST,
        port,
        token: token.value,
        tokenIsGiven: token.isGiven,
        version,
        ...(panelDir === undefined ? {} : { panelDir }),
        ...(referenceFile === undefined ? {} : { referenceFile }),
      })
    }
    const http = await open(options.port ?? environment.TORIL_PORT)
      .catch((error: unknown) => {
        if (!isPortInUse(error) || options.anotherPort?.(error) !== true) throw error
        return open(0)
      })
      .catch(async (error: unknown) => {
        await runner.stop()
        throw error
      })
    const { url } = http
    const startedAt = new Date().toISOString()
    writeRunnerFile(dataDir, { pid: process.pid, url, token: token.value, version, startedAt })
    let closing: Promise<void> | undefined
    const close = async (): Promise<void> => {
      await http.close()
      removeRunnerFile(dataDir)
      unlock()
    }
    return {
      runner,
      url,
      token: token.value,
      async stop(graceMs) {
        // The doors stay open meanwhile, so that jobs can be watched to their end.
        try {
          await runner.stop(graceMs === undefined ? {} : { graceMs })
        } finally {
          await (closing ??= close())
        }
      },
    }
  } catch (error) {
    unlock()
    throw error
  }
}

function isPortInUse(error: unknown): error is TorilError {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}
