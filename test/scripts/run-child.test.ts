import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const module = join(import.meta.dirname, '..', '..', 'scripts', 'start', 'run-child.mjs')

/** A server that counts signals, says so, and ends 600 ms after the first one with exit code 7. */
const server = `
  let count = 0
  const on = (signal) => {
    count += 1
    console.log(signal + ' ' + count)
    if (count === 1) setTimeout(() => process.exit(7), 600)
  }
  process.on('SIGTERM', on)
  process.on('SIGINT', on)
  setInterval(() => {}, 1000)
  console.log('up ' + process.pid)`

const launcher = `
  import { runChild } from ${JSON.stringify(module)}
  process.exitCode = await runChild(process.execPath, ['-e', ${JSON.stringify(server)}], { ownGroup: true })`

function launch(command: string, args: string[], env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  const serverPid = once(reader, 'line').then(([line]) => Number(String(line).replace('up ', '')))
  onTestFinished(async () => {
    for (const pid of [child.pid, await serverPid]) {
      try {
        process.kill(pid ?? 0, 'SIGKILL')
      } catch {
        // Gone already, as it should be.
      }
    }
  })
  return { child, lines, serverPid, closed: once(child.stdout, 'close') }
}

// Windows has neither signals nor process groups.
// oxlint-disable-next-line vitest/no-disabled-tests -- it makes a test function, it is no test
const onPosix = test.runIf(process.platform !== 'win32')

onPosix('a server gets a signal to the whole group once, and its exit code is kept', async () => {
  const { child, lines, serverPid, closed } = launch(process.execPath, ['--input-type=module', '-e', launcher])
  await serverPid
  const exit = once(child, 'exit')
  process.kill(-(child.pid ?? 0), 'SIGTERM')
  child.kill('SIGTERM')
  expect(await exit).toEqual([7, null])
  await closed
  expect(lines.slice(1)).toEqual(['SIGTERM 1'])
})

onPosix('when the shell of npm is ended, the server is told to stop', async () => {
  const script = `${process.execPath} --input-type=module -e "$LAUNCHER"; true`
  const env = { LAUNCHER: launcher, npm_lifecycle_event: 'serve' }
  const { child, lines, serverPid, closed } = launch('sh', ['-c', script], env)
  await serverPid
  child.kill('SIGTERM')
  await closed
  expect(lines.slice(1)).toEqual(['SIGTERM 1'])
})
