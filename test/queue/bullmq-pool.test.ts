import pg from 'pg'
import { afterEach, expect, it } from 'vitest'
import { BullmqPool } from '../../electron/runner/queue/bullmq-pool.ts'
import { startOutageProxy } from '../support/outage-proxy.ts'
import { startTlsPostgres } from '../support/postgres-tls.ts'
import { until } from './until.ts'

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

it('after a silence every connection is made anew: one that waits for an answer, and one that nobody uses', async () => {
  const postgres = await startTlsPostgres()
  stops.push(() => postgres.stop())
  const proxy = await startOutageProxy(() => ({ host: '127.0.0.1', port: postgres.port }))
  stops.push(() => proxy.stop())
  const { user, password, database, certificates } = postgres
  const raw = new pg.Pool({
    ...{ host: '127.0.0.1', port: proxy.port, user, password, database, ssl: { ca: certificates.ca } },
    idleTimeoutMillis: 0,
  })
  raw.on('error', () => undefined)
  const pool = new BullmqPool(raw, (error) => error)
  stops.push(() => pool.end())
  await Promise.all([pool.query('SELECT 1'), pool.query('SELECT 2')])
  expect(raw.idleCount).toBe(2)

  proxy.freeze()
  const question = pool.query('SELECT 3')
  pool.breakAll()
  await expect(question).rejects.toThrow('Connection terminated')
  await until(() => raw.totalCount === 0, 'the pool has let go of both')
  await proxy.restore()
  const answers = await Promise.all([4, 5].map((n) => pool.query<{ n: number }>('SELECT $1::int AS n', [n])))
  expect(answers.map(({ rows }) => rows[0]?.n)).toEqual([4, 5])
})
