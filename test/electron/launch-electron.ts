import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, expect, type ElectronApplication, type Page } from '@playwright/test'
import { findElectron, obstacle } from '../../scripts/start/electron.mjs'
import { callRunner } from '../support/call-runner.ts'

const project = join(import.meta.dirname, '..', '..')

/** Why a real Electron cannot be run here; undefined where it can. */
export function reasonToSkip(): string | undefined {
  const electron = findElectron()
  if (electron === undefined) return 'Electron’s binary is not installed; npm start fetches it where it can be had'
  return obstacle(electron)
}

/** The title of a group of tests: where they are skipped, the list of tests says why. */
export function titled(title: string, reason: string | undefined): string {
  return reason === undefined ? title : `${title} (SKIPPED: ${reason})`
}

export interface RealDesktop {
  readonly app: ElectronApplication
  readonly page: Page
  readonly dataDir: string
  readonly folder: string
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>
  /** The button that the next question is answered with. */
  answerWith(button: string): Promise<void>
  /** Resolves with the exit code. */
  exited(): Promise<number | null>
  cleanUp(): Promise<void>
}

/** Starts the built app on a real Electron, with a data folder of its own. */
export async function launchElectron(options: { jobs?: Record<string, string> } = {}): Promise<RealDesktop> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-electron-'))
  const dataDir = join(folder, 'data')
  mkdirSync(join(folder, 'jobs'))
  for (const [name, text] of Object.entries(options.jobs ?? {})) writeFileSync(join(folder, 'jobs', name), text)
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !/^(TORIL_|REDIS_|DATABASE_URL)/.test(entry[0]),
    ),
  )
  const executablePath = findElectron()
  const app = await _electron.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [project],
    cwd: project,
    env: { ...clean, TORIL_DATA_DIR: dataDir, TORIL_PORT: '0', TORIL_JOBS_DIR: join(folder, 'jobs') },
  })
  const child = app.process()
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const page = await app.firstWindow()
  await expect.poll(() => existsSync(join(dataDir, 'runner.json')), { timeout: 30_000 }).toBe(true)
  return {
    app,
    page,
    dataDir,
    folder,
    call: (method, path, body) => callRunner(dataDir, method, path, body),
    answerWith: (button) =>
      app.evaluate(({ dialog }, wanted) => {
        dialog.showMessageBox = (...args: unknown[]) => {
          const { buttons = [] } = args.at(-1) as { buttons?: string[] }
          return Promise.resolve({ response: buttons.indexOf(wanted), checkboxChecked: false })
        }
      }, button),
    exited: () => ended,
    async cleanUp() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        const timer = setTimeout(() => child.kill('SIGKILL'), 15_000)
        await ended
        clearTimeout(timer)
      }
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
