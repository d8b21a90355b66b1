import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import { freePort } from '../support/redis.ts'
import { RunnerHome } from './runner-under-test.ts'

let home: RunnerHome
beforeAll(async () => {
  home = await RunnerHome.make({})
})
afterAll(() => home.remove())

async function refusal(variables: Record<string, string>, dataDir = home.dataDir): Promise<TorilError> {
  const other = await RunnerHome.make(variables)
  try {
    const started = other.start({ dataDir })
    const error: unknown = await started.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(error instanceof TorilError)) throw new Error(`Expected a TorilError, got ${String(error)}.`)
    return error
  } finally {
    await other.remove()
  }
}

/** Processes that work in a folder, by their command lines. */
async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(folder))
}

test('a start without Redis says where it looked, and leaves no server running', async () => {
  const port = await freePort()
  const error = await refusal({ REDIS_URL: '127.0.0.1', REDIS_PORT: String(port) })
  expect(error.code).toBe('UNAVAILABLE')
  expect(error.message).toContain(String(port))
  expect(await processesOf(home.dataDir)).toEqual([])
})

test('a start without its database names the setting', async () => {
  const port = await freePort()
  const error = await refusal({ DATABASE_URL: `postgresql://user:secret@127.0.0.1:${port}/toril` })
  expect(error.code).toBe('UNAVAILABLE')
  expect(error.message).toContain('DATABASE_URL')
  expect(error.message).not.toContain('secret')
})

test('a start without a usable data folder names it', async () => {
  const file = join(home.folder, 'a-file')
  await writeFile(file, '')
  for (const dataDir of [file, join(file, 'data')]) {
    const error = await refusal({}, dataDir)
    expect(error.code).toBe('UNAVAILABLE')
    expect(error.message).toContain(dataDir)
  }
})
