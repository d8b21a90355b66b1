import { locatePanel, locateReference } from '../api/locate-files.ts'
import { removeRunnerFile, writeRunnerFile } from '../api/runner-file.ts'
import { lockDataDir } from '../api/runner-lock.ts'
import { loadToken, type Token } from '../api/token.ts'
import { startHttp, type HttpServer } from '../api/transports/http.ts'
import { TorilError } from '../contract/errors.ts'
import { createRunner } from '../runner/create-runner.ts'
import type { Environment } from '../runner/environment.ts'
import type { Runner } from '../runner/runner.ts'

export interface DesktopRunner {
  readonly runner: Runner
  /** Where REST, the CLI and a browser reach this runner. */
  readonly url: string
  /**
   * Takes no more jobs, ends what runs, closes every door. `graceMs` beats the preference; called again it
   * may shorten the wait.
   */
  stop(graceMs?: number): Promise<void>
}

export interface StartRunnerOptions {
  /** Absolute and there. */
  dataDir: string
  environment: Environment
  version: string
}

/** Starts the runner of the desktop app with its HTTP door. Rejects with one clear error, having undone what was begun. */
export async function startRunner({ dataDir, environment, version }: StartRunnerOptions): Promise<DesktopRunner> {
  const unlock = lockDataDir(dataDir)
  try {
    const token = loadToken(dataDir, environment)
    const runner = await createRunner({ kind: 'desktop', dataDir, environment, version })
    const http = await openDoor(runner, environment, token, version).catch(async (error: unknown) => {
      await runner.stop()
      throw error
    })
    writeRunnerFile(dataDir, {
      pid: process.pid,
      url: http.url,
      token: token.value,
      version,
      startedAt: new Date().toISOString(),
    })
    let closing: Promise<void> | undefined
    const close = async () => {
      await http.close()
      removeRunnerFile(dataDir)
      unlock()
    }
    return {
      runner,
      url: http.url,
      async stop(graceMs) {
        // The doors stay open meanwhile, so that the panel can show how the jobs end.
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

/** The panel comes over its own port, so another program on 7420 need not keep the app from starting. */
async function openDoor(runner: Runner, environment: Environment, token: Token, version: string): Promise<HttpServer> {
  const panelDir = locatePanel()
  const referenceFile = locateReference()
  const open = (port: number) =>
    startHttp({
      runner,
      host: environment.TORIL_HOST,
      port,
      token: token.value,
      tokenIsGiven: token.isGiven,
      version,
      ...(panelDir === undefined ? {} : { panelDir }),
      ...(referenceFile === undefined ? {} : { referenceFile }),
    })
  try {
    return await open(environment.TORIL_PORT)
  } catch (error) {
    if (!isPortInUse(error)) throw error
    console.error(`${error.message} Using any free port instead.`)
    return open(0)
  }
}

function isPortInUse(error: unknown): error is TorilError {
  const cause = error instanceof TorilError ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}
