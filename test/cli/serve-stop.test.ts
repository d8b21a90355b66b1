import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { untilTrue } from '../support/until-true.ts'
import { createCli, type Cli, type Started } from './cli-fixture.ts'

const ready = /Toril is ready/
const stays = `export default { name: 'stays', title: 'x', input: { type: 'object' },
  run: () => new Promise(() => {}) }`

let cli: Cli
beforeEach(async () => {
  cli = await createCli()
  cli.addJobType('stays', stays)
})
afterEach(() => cli.close())

const postmaster = () => Number(readFileSync(join(cli.dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0])

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** A runner with a job that would hold a stop for the longest of grace times. */
async function serveBusily(): Promise<{ serving: Started; id: string }> {
  const serving = cli.start(['serve'])
  await serving.printed(ready)
  expect((await cli.run(['preferences', 'set', 'cancel.graceMs=600000'])).code).toBe(0)
  const { id } = (await cli.json('enqueue', 'stays', '{}')) as { id: string }
  await untilTrue('the job to run', async () => (await cli.json('job', id))['state'] === 'active')
  return { serving, id }
}

// Windows has no signals that a process could hear of another.
describe.skipIf(process.platform === 'win32')('a runner in a terminal', () => {
  test('says with the first Ctrl-C that it stops, and stops at once with all it started with the second', async () => {
    const { serving, id } = await serveBusily()
    const pid = postmaster()
    serving.child.kill('SIGINT')
    await serving.printed(/^Stopping\. Running jobs get their grace time\. Press Ctrl-C again to stop at once\.$/m)
    expect((await cli.json('job', id))['state']).toBe('active')
    serving.child.kill('SIGINT')
    const { code, stderr } = await serving.finished
    expect(code).toBe(130)
    expect(stderr).toMatch(/^Stopping at once\. Jobs that still ran wait for the next runner\.$/m)
    expect(runs(pid)).toBe(false)
    expect(existsSync(join(cli.dataDir, 'runner.json'))).toBe(false)

    const again = cli.start(['serve'])
    await again.printed(ready)
    await untilTrue('the job to run again', async () => (await cli.json('job', id))['state'] === 'active')
    again.child.kill('SIGTERM')
    await again.printed(/^Stopping\./m)
    again.child.kill('SIGTERM')
    expect((await again.finished).code).toBe(130)
  })

  test('stops with 0 when nothing holds it, and leaves nothing behind', async () => {
    const serving = cli.start(['serve'])
    await serving.printed(ready)
    const pid = postmaster()
    serving.child.kill('SIGINT')
    expect((await serving.finished).code).toBe(0)
    expect(runs(pid)).toBe(false)
  })

  test('is over once it has stopped, also when a library still waits for a server that was lost', async () => {
    const serving = cli.start(['serve'], { NODE_OPTIONS: '--import=data:text/javascript,setInterval(()=>{},1000)' })
    await serving.printed(ready)
    serving.child.kill('SIGINT')
    const { code, stderr } = await serving.finished
    expect(code).toBe(0)
    expect(stderr).toMatch(/^Stopping\./m)
  })
})
