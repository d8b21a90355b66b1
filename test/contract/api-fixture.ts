import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { listenHttp, type HttpServer } from '../../electron/api/transports/http.ts'
import { errorCodes, type ErrorCode } from '../../electron/contract/errors.ts'
import { createRunner } from '../../electron/runner/create-runner.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { makeTestFolder } from '../support/postgres.ts'

/** Job types that behave as a test needs them. */
const jobs = {
  'wait-for-stop.job.mjs': `export default {
    name: 'wait-for-stop', title: 'Runs until it is asked to stop', input: { type: 'object' },
    run: (_input, { signal, log, progress }) => new Promise((resolve, reject) => {
      log('waiting'); progress({ ratio: 0.5, message: 'half' })
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
  }\n`,
  'never-stops.job.mjs': `export default {
    name: 'never-stops', title: 'Never stops by itself', input: { type: 'object' },
    run: () => { for (;;) {} },
  }\n`,
  'fail-always.job.mjs': `export default {
    name: 'fail-always', title: 'Fails', input: { type: 'object' },
    run: (_input, { log }) => { log('about to fail', 'warn'); throw new Error('as it should') },
  }\n`,
}

export interface ApiFixture {
  runner: Runner
  http: HttpServer
  token: string
  close(): Promise<void>
}

/** A real runner on a data folder of its own, with its HTTP door. `env` may name a queue, e.g. `REDIS_URL`. */
export async function startApi(env: Record<string, string> = {}): Promise<ApiFixture> {
  const folder = await makeTestFolder()
  const removeFolder = () => rm(folder, { recursive: true, force: true })
  const jobsDir = join(folder, 'jobs')
  mkdirSync(jobsDir)
  for (const [name, text] of Object.entries(jobs)) writeFileSync(join(jobsDir, name), text)
  const token = 'token-of-the-contract'
  try {
    const runner = await createRunner({
      kind: 'headless',
      dataDir: join(folder, 'data'),
      environment: readEnvironment({ TORIL_JOBS_DIR: jobsDir, ...env }),
      version: '0.0.0',
    })
    const http = await listenHttp({
      host: '127.0.0.1',
      port: 0,
      token,
      tokenIsGiven: true,
      version: '0.0.0',
    }).catch(async (error: unknown) => {
      await runner.stop()
      throw error
    })
    http.open(runner)
    return {
      runner,
      http,
      token,
      async close() {
        await http.close()
        await runner.stop()
        await removeFolder()
      },
    }
  } catch (error) {
    await removeFolder()
    throw error
  }
}

/** A password that the suites store, and that no error may repeat. */
export const planted = 'planted-Sesame-7731'

/** Awaits a call that must be refused: with this code and its status, these words, and the field where one is wrong. */
export async function refused(
  call: Promise<unknown>,
  code: ErrorCode,
  message: RegExp | string,
  field?: (string | number)[],
): Promise<void> {
  const error: unknown = await call.then(
    (value) => new Error(`not refused, but answered ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({
    code,
    status: errorCodes[code].status,
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    ...(field === undefined ? {} : { data: { issues: [expect.objectContaining({ path: field })] } }),
  })
  expect(JSON.stringify(error)).not.toContain(planted)
}
