import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { itCancelsForGood } from './cancel.contract.ts'
import { itObeys } from './control.contract.ts'
import { itKeepsWhatTheHistoryMissed, itSurvives, itTakesOverFromOthers } from './crash.contract.ts'
import { itServesForeignProducers } from './foreign.contract.ts'
import { itRunsJobs } from './jobs.contract.ts'
import { itIsLive } from './live.contract.ts'
import { itFollowsTheModel } from './model.contract.ts'
import { RunnerHome, type QueuePlace } from './runner-under-test.ts'

/** The promises of a runner, the same wherever its queue is. One runner serves all but the tests that end it. */
export function describeRunner(label: string, open: () => Promise<QueuePlace>, foreign: boolean): void {
  describe(`runner with its queue on ${label}`, () => {
    let place: QueuePlace | undefined
    let home: RunnerHome
    let runner: Runner

    beforeAll(async () => {
      place = await open()
      home = await RunnerHome.make(place.variables)
      await writeFile(join(home.dataDir, 'preferences.json'), '{ "version": 1, "pool": ')
      runner = await home.start()
      await runner.preferences.update({ cancel: { graceMs: 300 }, queue: { concurrency: 4 } })
    })
    afterAll(async () => {
      await home.remove()
      await place?.stop()
    })

    it('says that a broken preferences file was put aside', () => {
      expect(runner.system().notices).toMatchObject([{ message: expect.stringContaining('preferences') }])
    })

    describe('jobs', () => itRunsJobs(() => runner))
    describe('control', () =>
      itObeys(
        () => runner,
        () => home,
      ))
    describe('cancel', () =>
      itCancelsForGood(
        () => runner,
        () => home,
      ))
    if (foreign) {
      describe('foreign producers', () =>
        itServesForeignProducers(
          () => runner,
          () => home,
          () => place?.redisPort ?? 0,
        ))
    }
    describe('live', () =>
      itIsLive(
        () => runner,
        () => home,
      ))
    describe('model', () => itFollowsTheModel(() => place?.variables ?? {}))
    describe('crash', () => {
      itSurvives(() => place?.variables ?? {})
      if (foreign) {
        itTakesOverFromOthers(() => place?.variables ?? {})
        itKeepsWhatTheHistoryMissed(
          () => place?.variables ?? {},
          async () => (await place?.createDatabase?.()) ?? '',
        )
      }
    })
  })
}
