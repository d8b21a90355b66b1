import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test, vi } from 'vitest'
import { commandOf } from '../../electron/main/command-line.ts'
import { makeTestFolder } from '../support/postgres.ts'

vi.mock('electron', async () => (await import('./electron-double.ts')).electronDouble())

const project = join(import.meta.dirname, '..', '..')

test.each([
  [['toril'], undefined],
  [['toril', '--ozone-platform=wayland', '--disable-gpu'], undefined],
  [
    ['toril', 'status', '--json'],
    ['status', '--json'],
  ],
  [
    ['toril', '--ozone-platform=headless', '--', 'jobs', '--type=x'],
    ['jobs', '--type=x'],
  ],
  [['toril', '--help'], ['--help']],
])('%j of a package is the command %j', (argv, command) => {
  expect(commandOf(argv, true)).toEqual(command)
  expect(commandOf(['electron', '--inspect=0', '/the/checkout', ...argv.slice(1)], false)).toEqual(command)
})

/** Runs the built main process over the stand-in for Electron. */
async function desktop(dataDir: string, ...args: string[]) {
  const clean = Object.entries(process.env).filter(([name]) => !/^(TORIL_|REDIS_|DATABASE_URL|ELECTRON_)/.test(name))
  const standIn = join(import.meta.dirname, 'stand-in', 'register.ts')
  const child = spawn(process.execPath, ['--import', standIn, join(project, 'out', 'main', 'index.js'), ...args], {
    env: { ...Object.fromEntries(clean), TORIL_DATA_DIR: dataDir, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { code: await code, stdout, stderr }
}

test('a command of the installed app is run without a window, and its exit code is that of the command', async () => {
  const folder = await makeTestFolder()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const dataDir = join(folder, 'data')
  expect(await desktop(dataDir, 'status')).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringMatching(/^No runner is running for .*\n$/) as string,
  })
  const document = await desktop(dataDir, 'openapi')
  expect([document.code, JSON.parse(document.stdout)]).toMatchObject([0, { openapi: '3.1.1' }])
  expect(await desktop(dataDir, 'fly')).toMatchObject({ code: 2 })
  // No runner, no database, no profile of a browser.
  expect(existsSync(dataDir)).toBe(false)
  expect(await desktop(dataDir, 'selftest')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(' ok ') as string,
  })
})
