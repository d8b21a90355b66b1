import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeTestFolder } from '../support/postgres.ts'
import { untilTrue } from '../support/until-true.ts'
import { runNode, scratchCheckout } from './scratch-checkout.ts'

const project = join(import.meta.dirname, '..', '..')

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

// Elsewhere there is always a display, and a window would open.
test.runIf(process.platform === 'linux')(
  'npm start without a display says why, serves the panel, and ends with all it started on Ctrl-C',
  async () => {
    const dataDir = join(await makeTestFolder(), 'data')
    onTestFinished(() => rm(join(dataDir, '..'), { recursive: true, force: true }))
    const child = spawn(process.execPath, [join(project, 'scripts', 'start.mjs'), '--no-open'], {
      cwd: project,
      env: { ...process.env, DISPLAY: '', WAYLAND_DISPLAY: '', TORIL_DATA_DIR: dataDir, TORIL_PORT: '0' },
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = once(child, 'exit')
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const printed = /Toril is ready\. Open (http:\S+)/
    await untilTrue('the address to be printed', () => Promise.resolve(printed.test(output) || child.exitCode !== null))
    expect(output).toMatch(/^toril: .*(no display|as root).*\. Open the panel in a browser instead\.$/m)
    const address = printed.exec(output)?.[1] ?? ''
    expect((await fetch(new URL('/health', address))).status).toBe(200)
    expect((await fetch(address, { redirect: 'manual' })).status).toBe(303)
    const postgres = Number(readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
    expect(runs(postgres)).toBe(false)
    expect(existsSync(join(dataDir, 'runner.json'))).toBe(false)
  },
)

// A shell script stands for Electron.
describe.skipIf(process.platform === 'win32')('the desktop app', () => {
  const ask = `
    import { chmodSync } from 'node:fs'
    import { runDesktop } from './scripts/start/desktop.mjs'
    chmodSync('electron.sh', 0o755)
    console.log(JSON.stringify(await runDesktop(process.cwd() + '/' + process.argv[2], [])))`

  async function answer(script: string, file = 'electron.sh'): Promise<unknown> {
    const folder = scratchCheckout({
      'ask.mjs': ask,
      'electron.sh': `#!/bin/sh\n${script}\n`,
      'data/runner.json': 'old',
    })
    const { stdout } = await runNode(folder, ['ask.mjs', file], { TORIL_DATA_DIR: join(folder, 'data') })
    return JSON.parse(stdout)
  }

  test('that fails before Toril is up gives a reason to open the browser', async () => {
    expect(await answer('exit 3')).toEqual({ reason: 'Electron ended with 3 before Toril was up' })
    expect(await answer('kill -TRAP $$')).toEqual({ reason: 'Electron ended with 133 before Toril was up' })
    expect(await answer('', 'no-such-file')).toEqual({
      reason: expect.stringMatching(/cannot be run .*ENOENT/) as string,
    })
  })

  test('that was up, that ends well or that was told to end gives its exit code', async () => {
    expect(await answer('exit 0')).toEqual({ code: 0 })
    expect(await answer('echo new > "$TORIL_DATA_DIR/runner.json"; exit 5')).toEqual({ code: 5 })
    expect(await answer(`trap 'exit 4' INT; kill -INT $PPID; while :; do sleep 0.1; done`)).toEqual({ code: 4 })
  })
})
