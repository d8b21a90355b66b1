import { dataDirOf, prepareDataDir } from '../api/data-dir.ts'
import { openRunner } from '../api/open-runner.ts'
import { readVersion } from '../api/version.ts'
import { readEnvironment } from '../runner/environment.ts'

export interface ServeOptions {
  /** Beats `TORIL_HOST`. */
  host?: string
  /** Beats `TORIL_PORT`. */
  port?: number
}

/** A headless runner with all its doors open. */
export interface Served {
  url: string
  token: string
  dataDir: string
  /** The panel's address with the token, for a browser. */
  panelUrl: string
  /** What the user should know about this start: a sentence each. */
  notices: string[]
  /**
   * Takes no more jobs, ends what runs in order, closes every door. `graceMs` beats the preference; called again it may
   * shorten the wait.
   */
  stop(graceMs?: number): Promise<void>
}

/** Starts a headless runner where the environment says. Rejects with one clear TorilError, having undone what was begun. */
export async function runServe(
  variables: Record<string, string | undefined>,
  options: ServeOptions = {},
): Promise<Served> {
  const environment = readEnvironment(variables)
  const dataDir = dataDirOf(environment)
  prepareDataDir(dataDir)
  const { runner, url, token, stop } = await openRunner({
    kind: 'headless',
    dataDir,
    environment,
    version: readVersion(),
    ...options,
  })
  return {
    url,
    token,
    dataDir,
    notices: runner.system().notices.map(({ message }) => message),
    panelUrl: `${url}/?token=${encodeURIComponent(token)}`,
    stop,
  }
}
