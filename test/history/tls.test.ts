import { expect, it } from 'vitest'
import { waitForPostgres } from '../../electron/runner/connections/wait-for-postgres.ts'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import { startTlsPostgres } from '../support/postgres-tls.ts'

it('is kept in a PostgreSQL that takes TLS and client certificates only', async () => {
  const postgres = await startTlsPostgres({ clientCertificates: true })
  try {
    const { user, password, port, database } = postgres
    const { ca, client } = postgres.certificates
    // What the URL says of TLS counts no more.
    const url = `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}?sslmode=disable`
    await expect(waitForPostgres({ url, ssl: { ca } })).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    // The certificate is for localhost, and the connection to 127.0.0.1 could be the end of a tunnel.
    const ssl = { ca, ...client, servername: 'localhost' }
    expect(await waitForPostgres({ url, ssl })).toBeGreaterThanOrEqual(14)
    const history = await createHistory({ url, ssl, source: 'test' })
    await history.ping()
    await history.close()
    await expect(createHistory({ url, ssl: { ...ssl, servername: 'other.example' }, source: 'test' })).rejects.toThrow(
      /certificate/,
    )
  } finally {
    await postgres.stop()
  }
})
