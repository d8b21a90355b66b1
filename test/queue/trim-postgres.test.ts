import { createPostgresBackend, FlowProducer, Queue, Worker } from 'bullmq'
import pg from 'pg'
import { afterAll, beforeAll, describe } from 'vitest'
import { openPostgresServer } from '../../electron/runner/queue/postgres-server.ts'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { describeTrim } from './trim.contract.ts'

describe('trimming on PostgreSQL', () => {
  let postgres: TestPostgres
  let url: string
  beforeAll(async () => {
    postgres = await startTestPostgres()
    url = await postgres.createDatabase()
  })
  afterAll(() => postgres.stop())

  describeTrim(() => {
    const connection = { connectionString: url, migrate: true }
    return {
      target: { kind: 'postgres', url },
      foreignQueue: (name) =>
        Promise.resolve(new Queue(name, { connection }, createPostgresBackend) as unknown as Queue),
      foreignWorker: (name, process) =>
        new Worker(name, process, { connection }, createPostgresBackend) as unknown as Worker,
      foreignFlows: () => new FlowProducer({ connection }, createPostgresBackend) as unknown as FlowProducer,
      open: () => openPostgresServer({ url, answerMs: 4_500, pace: createRetryPace(), prepare: true }),
      async fill(queue, count) {
        const client = new pg.Client({ connectionString: url })
        await client.connect()
        await client.query(
          `INSERT INTO bullmq.job (queue, id, seq, name, state, added_at_ms, processed_at_ms, finished_at_ms)
           SELECT $1, 'theirs-' || n, nextval('bullmq.job_seq'), 'theirs', 'completed', $3::bigint - 3600000 + n,
             $3::bigint - 3600000 + n, $3::bigint - 3600000 + n
           FROM generate_series(1, $2) AS n`,
          [queue, count, Date.now()],
        )
        await client.end()
      },
    }
  })
})
