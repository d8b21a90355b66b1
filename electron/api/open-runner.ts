import type { TorilError } from '../contract/errors.ts'
import { inDataDir } from './data-dir.ts'
import { createRunner, type RunnerConfig } from '../runner/create-runner.ts'
import type { Runner } from '../runner/runner.ts'
import { locatePanel, locateReference } from './locate-files.ts'
import { removeRunnerFile, writeRunnerFile } from './runner-file.ts'
import { lockDataDir } from './runner-lock.ts'
import { loadToken, type Token } from './token.ts'
import { listenHttp, type HttpServer } from './transports/http.ts'

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
 * What both shells do: take the data folder and the port, start the runner, open the HTTP door to it, and write
 * `runner.json`. Whatever may be in the way is met before the runner takes a job. Rejects with one clear
 * TorilError, having undone what was begun.
 */
export async function openRunner(options: OpenRunnerOptions): Promise<OpenRunner> {
  const { dataDir, environment, version } = options
  const unlock = inDataDir(dataDir, () => lockDataDir(dataDir))
  const undo: (() => void | Promise<void>)[] = [unlock]
  try {
    const token = inDataDir(dataDir, () => loadToken(dataDir, environment))
    const http = await listen(options, token)
    undo.push(() => http.close())
    const runner = await createRunner(options)
    undo.push(() => runner.stop())
    http.open(runner)
    const { url } = http
    const startedAt = new Date().toISOString()
    const file = { pid: process.pid, url, token: token.value, version, startedAt }
    inDataDir(dataDir, () => writeRunnerFile(dataDir, file))
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
    // What fails while undoing hides no cause.
    for (const step of undo.reverse()) await (async () => step())().catch(() => undefined)
    throw error
  }
}

function listen(options: OpenRunnerOptions, token: Token): Promise<HttpServer> {
  const { environment, version } = options
  const panelDir = locatePanel()
  const referenceFile = locateReference()
  const on = (port: number): Promise<HttpServer> =>
    listenHttp({
      host: options.host ?? environment.TORIL_HOST,
      port,
      token: token.value,
      tokenIsGiven: token.isGiven,
      version,
      ...(panelDir === undefined ? {} : { panelDir }),
      ...(referenceFile === undefined ? {} : { referenceFile }),
    })
  return on(options.port ?? environment.TORIL_PORT).catch((error: unknown) => {
    if (!isPortInUse(error) || options.anotherPort?.(error) !== true) throw error
    return on(0)
  })
}

function isPortInUse(error: unknown): error is TorilError {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}
