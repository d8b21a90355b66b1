import { afterEach, expect, test } from 'vitest'
import { untilTrue } from '../support/until-true.ts'
import { openPlace, type Place, type QueueServer } from './place.ts'

let place: Place | undefined
afterEach(async () => {
  await place?.remove()
  place = undefined
})

/** A runner with a job at work that outlasts the grace time. */
async function busyPlace(server: QueueServer): Promise<Place> {
  place = await openPlace(server, { durable: true, runners: 1 })
  const { runner, api, ledger } = place
  await runner.ready()
  await api.preferences({ cancel: { graceMs: 500 } })
  const { id } = await api.enqueue({ ledger, n: 1, ms: 600_000, way: 'sleep' }, {})
  await untilTrue('the job to run', async () => (await api.job(id))?.attempts.length === 1)
  return place
}

test('told to stop while Redis is away, a runner ends in order', async () => {
  const { runner, killRedis } = await busyPlace('redis')
  // Back only long after.
  const back = killRedis?.(20_000)
  await runner.stop()
  expect(runner.deaths(), runner.said()).toEqual([])
  await back
})

test('told to stop while its PostgreSQL has just been killed, a runner ends in order and leaves none behind', async () => {
  const { runner, killPostgres, postgresRuns } = await busyPlace('postgres')
  expect(killPostgres()).toBe(true)
  await runner.stop()
  expect(runner.deaths(), runner.said()).toEqual([])
  expect(postgresRuns(), runner.said()).toBe(false)
})
