import { rm } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../electron/runner/connections/embedded-postgres.ts'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import { openDatabase } from '../../electron/runner/history/database.ts'
import { until } from '../queue/until.ts'
import { startOutageProxy, type OutageProxy } from '../support/outage-proxy.ts'
import { makeTestFolder } from '../support/postgres.ts'
import { sampleJob } from './sample-jobs.ts'

let dataDir: string
let server: EmbeddedPostgres
let proxy: OutageProxy
/** How many connections have been made by way of the proxy. */
let made: number

beforeAll(async () => {
  dataDir = await makeTestFolder()
  server = await startEmbeddedPostgres({ dataDir, loopback: true })
})
afterAll(async () => {
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true })
})
beforeEach(async () => {
  made = 0
  proxy = await startOutageProxy(() => {
    made += 1
    return { host: '127.0.0.1', port: Number(new URL(server.url).port) }
  })
})
afterEach(() => proxy.stop())

function urlThrough({ port }: OutageProxy): string {
  const url = new URL(server.url)
  url.port = String(port)
  return url.href
}

test('while nothing comes through calls are refused, and all goes on by itself; it can be closed too', async () => {
  const connected: boolean[] = []
  const history = await createHistory({
    url: urlThrough(proxy),
    source: 'silent',
    onConnection: (is) => connected.push(is),
  })
  history.writer.saveJob(sampleJob('before'))
  await history.writer.flush()
  const message = expect.stringMatching(/^PostgreSQL at 127\.0\.0\.1:\d+ did not answer in time\. /) as string
  const silent = { code: 'UNAVAILABLE', message }
  // They are asked over connections that stand, and that nothing ever closes.
  proxy.freeze()
  history.writer.saveJob(sampleJob('during'))
  await Promise.all([
    expect(history.ping()).rejects.toMatchObject(silent),
    expect(history.reader.search({ limit: 1 })).rejects.toMatchObject(silent),
    expect(history.writer.flush()).rejects.toMatchObject(silent),
  ])
  await until(() => connected.at(-1) === false, 'the outage is told')
  await proxy.restore()
  await until(() => connected.at(-1), 'it is back')
  expect(await history.reader.job('during')).toMatchObject({ id: 'during' })

  proxy.freeze()
  await Promise.all([expect(history.ping()).rejects.toMatchObject(silent), history.close()])
})

test('a query that takes its time is left alone as long as the server answers others', async () => {
  const database = openDatabase({ url: urlThrough(proxy) })
  const lock = 4711
  const holder = new pg.Client({ connectionString: server.url })
  await holder.connect()
  try {
    await holder.query('SELECT pg_advisory_lock($1)', [lock])
    const waiting = database.pool.query('SELECT pg_advisory_lock($1)', [lock])
    await until(() => made === 2, 'the server has been asked over a second one')
    await holder.query('SELECT pg_advisory_unlock($1)', [lock])
    expect((await waiting).rowCount).toBe(1)
  } finally {
    await holder.end()
    await database.close()
  }
})
