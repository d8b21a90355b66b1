import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { createJobQueue } from '../../electron/runner/queue/create-job-queue.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { stopAll } from '../support/stop-all.ts'
import { until } from './until.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(() => stopAll(stops.splice(0)))

test('a job that a worker takes while it is removed stays, and is told to be taken', async () => {
  const postgres = await startTestPostgres()
  stops.push(() => postgres.stop())
  const queue = await createJobQueue({
    name: 'raced',
    backend: { kind: 'postgres', url: postgres.url },
    runnerId: 'r1',
    onProblem: () => undefined,
  })
  stops.unshift(() => queue.close())
  const { id } = await queue.add('a', {}, { attempts: 1, backoff: { type: 'fixed', delayMs: 0 } })

  const [worker, onlooker] = [1, 2].map(() => new pg.Client({ connectionString: postgres.url }))
  if (worker === undefined || onlooker === undefined) throw new Error('There are two clients.')
  for (const client of [worker, onlooker]) {
    await client.connect()
    stops.unshift(() => client.end())
  }
  await worker.query('SET search_path TO bullmq')
  await worker.query('BEGIN')
  const now = Date.now()
  const taken = await worker.query<{ id: string }>('SELECT id FROM move_to_active($1, $2, $3, $4, $5, NULL, NULL)', [
    'raced',
    'token',
    3_600_000,
    now,
    'worker',
  ])
  expect(taken.rows).toEqual([{ id }])

  const removed = queue.remove(id)
  await until(async () => {
    const { rows } = await onlooker.query(
      `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ILIKE '%remove(%'`,
    )
    return rows.length === 1
  }, 'the removal waits for the take')
  await worker.query('COMMIT')
  expect(await removed).toBe(false)
  expect(await queue.get(id)).toMatchObject({ state: 'active' })
})
