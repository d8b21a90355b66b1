import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataDirOf, inDataDir, prepareDataDir } from '../../electron/api/data-dir.ts'
import { readRunnerFile, removeRunnerFile, writeRunnerFile } from '../../electron/api/runner-file.ts'
import { lockDataDir } from '../../electron/api/runner-lock.ts'
import { loadToken } from '../../electron/api/token.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'toril-data-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const modeOf = (name: string) => statSync(join(dataDir, name)).mode & 0o777

/** A process id that nobody has: of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((ended) => child.once('exit', ended))
  return child.pid ?? 0
}

describe('the data folder', () => {
  test('is the one of the environment, made absolute', () => {
    expect(dataDirOf({ TORIL_DATA_DIR: 'some/where' })).toBe(resolve('some/where'))
    expect(dataDirOf({})).toMatch(/toril/)
  })

  test('is made when missing', () => {
    prepareDataDir(join(dataDir, 'deep', 'er'))
    expect(statSync(join(dataDir, 'deep', 'er')).isDirectory()).toBe(true)
  })

  test('that cannot be is one sentence naming it and TORIL_DATA_DIR', () => {
    writeFileSync(join(dataDir, 'file'), '')
    expect(() => prepareDataDir(join(dataDir, 'file', 'below'))).toThrow(
      /^The data folder .*below cannot be written \(E\w+\)\. .*TORIL_DATA_DIR/,
    )
  })
})

test('a full disk is said so', () => {
  const full = () => {
    throw Object.assign(new Error('no space'), { code: 'ENOSPC' })
  }
  expect(() => inDataDir('/data', full)).toThrow(
    'The disk of the data folder /data is full. Free some space and start Toril again.',
  )
})

describe('the token', () => {
  test('is made once and kept', () => {
    const first = loadToken(dataDir, {})
    expect(first.isGiven).toBe(false)
    expect(first.value).toMatch(/^[\w-]{43}$/)
    expect(loadToken(dataDir, {})).toEqual(first)
  })

  test('of the environment wins and is not stored', () => {
    expect(loadToken(dataDir, { TORIL_TOKEN: 'my-own-token' })).toEqual({ value: 'my-own-token', isGiven: true })
    expect(readdirSync(dataDir)).toEqual([])
  })

  test('in a broken file is replaced', () => {
    writeFileSync(join(dataDir, 'token'), 'short', { mode: 0o644 })
    expect(loadToken(dataDir, {}).value).toHaveLength(43)
  })
})

const content = { url: 'http://127.0.0.1:7420', token: 't', version: '1.0.0', startedAt: '2026-11-24T14:03:27.120Z' }

describe('runner.json', () => {
  test('tells of the running Toril', () => {
    writeRunnerFile(dataDir, { pid: process.pid, ...content })
    expect(readRunnerFile(dataDir)).toEqual({ pid: process.pid, ...content })
    expect(readdirSync(dataDir)).toEqual(['runner.json'])
  })

  test('of a process that is gone counts as none', async () => {
    writeRunnerFile(dataDir, { pid: await deadPid(), ...content })
    expect(readRunnerFile(dataDir)).toBeUndefined()
  })

  test('that is broken counts as none', () => {
    writeFileSync(join(dataDir, 'runner.json'), '{"pid": 1')
    expect(readRunnerFile(dataDir)).toBeUndefined()
  })

  test('is removed only by the process that wrote it', () => {
    writeRunnerFile(dataDir, { pid: 1, ...content })
    removeRunnerFile(dataDir)
    expect(existsSync(join(dataDir, 'runner.json'))).toBe(true)
    writeRunnerFile(dataDir, { pid: process.pid, ...content })
    removeRunnerFile(dataDir)
    expect(existsSync(join(dataDir, 'runner.json'))).toBe(false)
  })
})

// Windows keeps no such modes: there the folder of the user is closed to others.
describe.skipIf(process.platform === 'win32')('what holds secrets is for its owner alone:', () => {
  test('the data folder', () => {
    prepareDataDir(join(dataDir, 'deep', 'er'))
    expect(modeOf('deep/er')).toBe(0o700)
  })

  test('the token, also in place of a broken file', () => {
    writeFileSync(join(dataDir, 'token'), 'short', { mode: 0o644 })
    loadToken(dataDir, {})
    expect(modeOf('token')).toBe(0o600)
  })

  test('runner.json', () => {
    writeRunnerFile(dataDir, { pid: process.pid, ...content })
    expect(modeOf('runner.json')).toBe(0o600)
  })
})

describe('the lock of the data folder', () => {
  const lockFile = () => join(dataDir, 'runner.lock')

  test('is held once and given back', () => {
    const unlock = lockDataDir(dataDir)
    expect(() => lockDataDir(dataDir)).toThrow(
      new RegExp(
        `^A runner \\(process ${process.pid}\\) already has the data folder .* Stop it, or set TORIL_DATA_DIR`,
      ),
    )
    unlock()
    expect(readdirSync(dataDir)).toEqual([])
    lockDataDir(dataDir)()
  })

  test('of a process that is gone is taken over', async () => {
    writeFileSync(lockFile(), JSON.stringify({ pid: await deadPid(), start: '1' }))
    lockDataDir(dataDir)()
    expect(readdirSync(dataDir)).toEqual([])
  })

  test.runIf(process.platform === 'linux')('of an earlier process with the same id is taken over', () => {
    // As in a container, where the next runner gets the number of the last one.
    writeFileSync(lockFile(), JSON.stringify({ pid: process.pid, start: '1' }))
    lockDataDir(dataDir)()
  })

  test('that was made this moment and is still empty is left alone', () => {
    writeFileSync(lockFile(), '')
    expect(() => lockDataDir(dataDir)).toThrow(/just starting/)
    expect(readFileSync(lockFile(), 'utf8')).toBe('')
  })
})
