import { expect, test } from 'vitest'
import { isUnreachable, postgresUnavailable } from '../../electron/runner/connections/postgres-errors.ts'

const url = 'postgresql://toril:secret@127.0.0.1:5499/toril'

/** As Prisma's client rejects with what the database said. */
function fromPrisma(originalCode: string, originalMessage: string) {
  const cause = { originalCode, originalMessage, kind: 'postgres' }
  const driverAdapterError = Object.assign(new Error('postgres'), { cause })
  const text = `\nInvalid \`prisma.job.findMany()\` invocation:\n\n\nDatabase error. Code: \`${originalCode}\`.`
  return Object.assign(new Error(text), { code: 'P2039', meta: { driverAdapterError } })
}

test('a server that is starting up counts as away, also when Prisma tells it', () => {
  const error = fromPrisma('57P03', 'the database system is starting up')
  expect(isUnreachable(error)).toBe(true)
  expect(postgresUnavailable(error, { url }).message).toBe(
    'PostgreSQL at 127.0.0.1:5499 is starting up or shutting down. Try again in a moment.',
  )
})

test('a server that was stopped or killed under a query counts as away, and is to be started again', () => {
  for (const code of ['57P01', '57P02']) {
    const error = fromPrisma(code, 'terminating connection due to unexpected postmaster exit')
    expect(isUnreachable(error)).toBe(true)
    expect(postgresUnavailable(error, { url }).message).toBe(
      'PostgreSQL at 127.0.0.1:5499 was stopped or has crashed. Start it again.',
    )
  }
})

test('a broken socket counts as away, also when a raw query of Prisma tells it without a code', () => {
  for (const kind of ['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout']) {
    const told = Object.assign(new Error('Raw query failed. Code: `N/A`.'), {
      code: 'P2010',
      meta: { driverAdapterError: Object.assign(new Error(kind), { cause: { kind } }) },
    })
    expect(isUnreachable(told)).toBe(true)
  }
})

test('what the database refuses for good is no outage', () => {
  expect(isUnreachable(fromPrisma('42P01', 'relation does not exist'))).toBe(false)
})

test('an address behind a tunnel, set by a profile, is told by both', () => {
  const error = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  const address = { url, place: 'db.example:5432 through ssh.example', setting: 'the profile Team' }
  expect(postgresUnavailable(error, address).message).toBe(
    'PostgreSQL at db.example:5432 through ssh.example refused the connection. Start the server, or correct host and port in the profile Team.',
  )
})

test('behind a tunnel that is broken it is said what is the matter with the tunnel, and only of a server that is away', () => {
  const trouble = () => 'the SSH server me@bastion refused the connection. Start it'
  const address = { url, place: 'db.example:5432 through bastion', trouble }
  expect(postgresUnavailable(Object.assign(new Error('read'), { code: 'ECONNRESET' }), address).message).toBe(
    'PostgreSQL at db.example:5432 through bastion cannot be reached: the SSH server me@bastion refused the connection. Start it.',
  )
  expect(postgresUnavailable(fromPrisma('28P01', 'password'), address).message).toMatch(/wrong user or password/)
})

test("nothing of Prisma's own source is in the sentence", () => {
  const text = "\nInvalid `prisma.job.findMany()` invocation:\n\n\nCan't reach database server at 127.0.0.1:5499"
  const unreachable = Object.assign(new Error(text), { code: 'P1001' })
  expect(postgresUnavailable(unreachable, { url }).message).toMatch(
    /^PostgreSQL at 127\.0\.0\.1:5499 cannot be reached\. /,
  )
  const other = Object.assign(new Error(text), { code: 'P1017' })
  expect(postgresUnavailable(other, { url }).message).not.toContain('\n')
})

test.each([
  [
    'The server does not support SSL connections',
    '',
    'Switch TLS off in the profile Team, or switch TLS on at the server.',
  ],
  [
    'self-signed certificate',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'Check history.tls.caFile and history.tls.serverName in the profile Team.',
  ],
  ['no pg_hba.conf entry for host, no encryption', '28000', 'Switch TLS on in the profile Team.'],
  ['permission denied for database shop', '42501', 'Grant it the right to create a schema in the database.'],
])('of a profile made of fields no parameter of a URL is named: %s', (message, code, advice) => {
  const error = Object.assign(new Error(message), { code })
  const of = (setting?: string) => postgresUnavailable(error, { url, ...(setting === undefined ? {} : { setting }) })
  expect(of('the profile Team').message.endsWith(advice)).toBe(true)
  expect(of('the profile Team').message).not.toMatch(/sslmode|sslrootcert|schema=/)
  expect(of().message).toMatch(/sslmode|schema=/)
})
