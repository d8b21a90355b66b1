import pg from 'pg'
import type { HistoryPart, HostPort } from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import { postgresTarget } from '../postgres/postgres-target.ts'
import { postgresUnavailable } from '../postgres-errors.ts'
import { pgAddress, type PostgresAddress } from '../postgres-tls.ts'
import type { Tunnel } from '../tunnel/tunnel.ts'
import { minimumPostgresVersion } from '../wait-for-postgres.ts'
import { about, listed, stepMs, type Check, type Found, type TestContext } from './check.ts'
import { tlsWithPostgres, unencrypted } from './handshake.ts'
import { addressText, makeTunnel, reachAny, reachPort, resolveHosts } from './reach.ts'
import { roundTrip } from './redis-facts.ts'

type OwnHistory = Extract<HistoryPart, { kind: 'postgres' }>

/** Where tables of the history are, and of the queue. */
const schemas = { history: 'toril', queue: 'bullmq' } as const

interface Way {
  tunnel?: Tunnel
  address?: PostgresAddress
  client?: pg.Client
}

async function openPostgres(address: PostgresAddress, { stops }: TestContext): Promise<pg.Client> {
  const client = new pg.Client({ ...pgAddress(address), connectionTimeoutMillis: stepMs, query_timeout: stepMs })
  // The reason is in the rejection; without a listener the event would end the process.
  client.on('error', () => undefined)
  stops.add(() => client.end())
  await client.connect()
  // Whatever is asked below, the server itself refuses to change anything.
  await client.query('SET default_transaction_read_only = on')
  return client
}

async function one<Row extends pg.QueryResultRow>(client: pg.Client, text: string, values: unknown[] = []) {
  const { rows } = await client.query<Row>(text, values)
  const [row] = rows
  if (row === undefined) throw new Error('it answered nothing')
  return row
}

async function mayUse(client: pg.Client, schema: string, what: string, label: string): Promise<Found> {
  const found = await one<{ there: boolean; fits: boolean; create: boolean; who: string; database: string }>(
    client,
    `SELECT found.oid IS NOT NULL AS there,
       coalesce(has_schema_privilege(found.oid, 'USAGE') AND has_schema_privilege(found.oid, 'CREATE'), false) AS fits,
       has_database_privilege(current_database(), 'CREATE') AS create,
       current_user AS who, current_database() AS database
     FROM (SELECT to_regnamespace($1) AS oid) AS found`,
    [schema],
  )
  const { there, fits, create, who, database } = found
  if (there ? fits : create) return { detail: there ? `schema ${schema}` : `may make the schema ${schema}` }
  const grant = there
    ? `GRANT USAGE, CREATE ON SCHEMA ${schema} TO "${who}"`
    : `GRANT CREATE ON DATABASE "${database}" TO "${who}"`
  const message = `The user ${who} of ${label} may not keep ${what} there. Give it the right: ${grant}.`
  throw new TorilError('UNAVAILABLE', message)
}

/** The names of queues by jumps through the index, whatever the number of jobs. */
const queueNames = `WITH RECURSIVE found AS (
    (SELECT queue FROM bullmq.job ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (SELECT job.queue FROM bullmq.job AS job WHERE job.queue > found.queue ORDER BY job.queue LIMIT 1)
    FROM found WHERE found.queue IS NOT NULL
  ) SELECT queue FROM found WHERE queue IS NOT NULL LIMIT 100`

async function queuesIn(client: pg.Client, own: string): Promise<Found> {
  const { there } = await one<{ there: boolean }>(client, "SELECT to_regclass('bullmq.job') IS NOT NULL AS there")
  const { rows } = there ? await client.query<{ queue: string }>(queueNames) : { rows: [] }
  const names = rows.map(({ queue }) => queue)
  const others = names.filter((name) => name !== own)
  const state = names.includes(own) ? 'has jobs' : 'new or empty'
  return { detail: `${own}: ${state}${others.length === 0 ? '' : `; also ${listed(others, 3)}`}` }
}

/** Step by step to a PostgreSQL for the history, and for the queue when it is there too. */
export function postgresChecks(history: OwnHistory, context: TestContext): Check[] {
  const { secrets, setting, settings } = context
  const way: Way = {}
  const { host, port, tls, tunnel } = history
  const place: HostPort = { host, port }
  const socket = host.startsWith('/')
  const label = `PostgreSQL at ${socket ? host : addressText(place)}`
  const client = (): pg.Client => {
    if (way.client === undefined) throw new Error('a step before it left nothing')
    return way.client
  }
  const address = async () => (way.address ??= await postgresTarget(history, { secrets, tunnel: way.tunnel, setting }))
  const step = (name: Check['step'], work: Check['run'], part: Check['part'] = 'history'): Check => ({
    part,
    step: name,
    run: () => about(label, work),
  })
  /** In the words for PostgreSQL, and with the address of the profile instead of the tunnel's. */
  const asked = async (work: () => Promise<Found>): Promise<Found> => {
    try {
      return await work()
    } catch (error) {
      throw postgresUnavailable(error, await postgresTarget(history, { secrets: {}, setting }))
    }
  }

  const reaching = socket
    ? [
        step('tcp', async () => {
          await reachPort({ path: `${host}/.s.PGSQL.${port}` })
          return { detail: host }
        }),
      ]
    : [
        step('resolve', () => resolveHosts(context, 'history', [host], tunnel)),
        ...(tunnel === undefined
          ? []
          : [
              step('tunnel', async () => {
                way.tunnel = await makeTunnel(context, 'history', tunnel)
                return { detail: `through ${tunnel.host}` }
              }),
            ]),
        step('tcp', async () => {
          const { first: _first, ...found } = await reachAny('PostgreSQL', [place], way.tunnel)
          return found
        }),
        step('tls', async () => {
          if (tls === undefined) return unencrypted(host, way.tunnel !== undefined)
          const reached = way.tunnel === undefined ? place : await way.tunnel.forward(place)
          return tlsWithPostgres(reached, addressText(place), tls, (await address()).ssl ?? {})
        }),
      ]

  return [
    ...reaching,
    step('auth', () =>
      asked(async () => {
        way.client = await openPostgres(await address(), context)
        const { who, database } = await one<{ who: string; database: string }>(
          way.client,
          'SELECT current_user AS who, current_database() AS database',
        )
        return { detail: `as ${who}, database ${database}` }
      }),
    ),
    step('version', async () => {
      const { number, text } = await one<{ number: string; text: string }>(
        client(),
        "SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS text",
      )
      if (Number(number) >= minimumPostgresVersion * 10_000) return { detail: `PostgreSQL ${text.split(' ')[0] ?? ''}` }
      throw new Error(`it is version ${text}, and Toril needs ${minimumPostgresVersion} or newer. Upgrade PostgreSQL`)
    }),
    step('writable', async () => {
      const { replica, locked } = await one<{ replica: boolean; locked: boolean }>(
        client(),
        `SELECT pg_is_in_recovery() AS replica,
           (SELECT reset_val = 'on' FROM pg_settings WHERE name = 'default_transaction_read_only') AS locked`,
      )
      if (replica) throw new Error('it is a replica, which takes no changes. Give the address of its primary')
      if (locked)
        throw new Error('it is read-only. Set default_transaction_read_only to off, for the user or the database')
      return { detail: 'takes changes' }
    }),
    step('rights', () => mayUse(client(), schemas.history, 'the history', label)),
    ...(settings.queue.kind === 'postgres'
      ? [
          step('rights', () => mayUse(client(), schemas.queue, 'the queue', label), 'queue'),
          step('queues', () => queuesIn(client(), settings.queueName), 'queue'),
        ]
      : []),
    step('round-trip', () => roundTrip(() => client().query('SELECT 1'), label)),
  ]
}
