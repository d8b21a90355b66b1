import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createKeyFileBox } from '../../electron/runner/connections/profiles/key-file-box.ts'
import { createProfileStore } from '../../electron/runner/connections/profiles/create-profile-store.ts'
import { enterOwner } from '../../electron/runner/recovery/owners.ts'
import { startTestRedis } from '../support/redis.ts'
import { untilTrue } from '../support/until-true.ts'
import { startDoomedRunner } from './doomed-runner.ts'
import { patientTiming, RunnerHome, whenFinished } from './runner-under-test.ts'

describe('the runners of a data folder', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'toril-owners-'))
  })
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

  const file = () => join(dataDir, 'owners.json')
  const enter = (id: string) => enterOwner(dataDir, id, (message) => expect.unreachable(message))
  const remembered = () =>
    (JSON.parse(readFileSync(file(), 'utf8')) as { id: string; sources?: string[] }[]).map(({ id, sources }) => [
      id,
      sources,
    ])
  /** Of a process that has ended. */
  const { pid } = spawnSync(process.execPath, ['--version'])
  const dead = (id: string, sources?: string[]) => ({ id, pid, ...(sources === undefined ? {} : { sources }) })

  test('that have died are told of the queues they took jobs from, and forgotten queue by queue', () => {
    writeFileSync(file(), JSON.stringify([dead('both', ['redis:a', 'redis:b']), dead('one', ['redis:b'])]))
    const owners = enter('now')
    expect([owners.gone('redis:a'), owners.gone('redis:b'), owners.gone('redis:c')]).toEqual([
      ['both'],
      ['both', 'one'],
      [],
    ])
    owners.forget('both', 'redis:a')
    owners.forget('one', 'redis:a')
    expect(remembered()).toEqual([
      ['both', ['redis:b']],
      ['one', ['redis:b']],
      ['now', []],
    ])
    owners.forget('both', 'redis:b')
    owners.takesFrom('redis:b')
    expect(remembered()).toEqual([
      ['one', ['redis:b']],
      ['now', ['redis:b']],
    ])
  })

  test('are remembered for any queue when they do not say, and for none when they took no jobs', () => {
    writeFileSync(file(), JSON.stringify([dead('older'), dead('looked', [])]))
    const owners = enter('now')
    expect(owners.gone('redis:a')).toEqual(['older'])
    owners.forget('older', 'redis:a')
    expect(remembered()).toEqual([['now', []]])
  })
})

test('a killed runner’s job is taken up on its queue, whatever profiles are started on in between', async () => {
  const redis = await startTestRedis()
  const home = await RunnerHome.make({})
  try {
    const box = createKeyFileBox(join(home.dataDir, 'secrets.key'))
    const store = await createProfileStore({ dataDir: home.dataDir, box })
    const { id } = await store.create({ name: 'Redis', queue: { kind: 'redis', port: redis.port } })
    await store.setCurrent(id)
    const release = home.gate('killed')
    const { dataDir, variables } = home
    const doomed = await startDoomedRunner({ dataDir, variables, timing: patientTiming, count: 0, release })
    await doomed.kill()
    await home.openGate('killed')

    for (const change of [() => store.setCurrent('this-computer'), () => store.update(id, { readOnly: true })]) {
      await change()
      const between = await home.start({ timing: patientTiming })
      await untilTrue('it has looked', async () => (await between.runners.list()).length === 1)
      await between.stop({ graceMs: 0 })
      await store.setCurrent(id)
    }
    await store.update(id, { readOnly: false })
    const next = await home.start({ timing: patientTiming })
    expect(await whenFinished(next, doomed.held ?? '')).toMatchObject({ state: 'completed', result: 'released' })
  } finally {
    await home.remove()
    await redis.stop()
  }
})
