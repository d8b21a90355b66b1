import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import { endLeftovers, markerName } from '../../scripts/test-support/leftovers.mjs'

function start(marker: string, script: string) {
  const child = spawn(process.execPath, ['-e', script], { env: { ...process.env, [markerName]: marker } })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

// Only Linux tells what environment another process has.
test.runIf(process.platform === 'linux')('what a suite left running is ended, and nothing else', async () => {
  const mine = start('left-1', "console.log('up'); setInterval(() => {}, 1000)")
  const other = start('left-2', "console.log('up'); setInterval(() => {}, 1000)")
  await Promise.all([once(mine.stdout, 'data'), once(other.stdout, 'data')])
  const ended = once(mine, 'exit')
  expect(await endLeftovers('left-1', 0)).toMatchObject([{ pid: mine.pid }])
  expect(await ended).toEqual([null, 'SIGKILL'])
  expect(other.exitCode).toBe(null)
})

test('a suite that left nothing is told so at once', async () => {
  expect(await endLeftovers('nobody has this marker')).toEqual([])
})
