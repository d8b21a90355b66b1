import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../electron/runner/connections/embedded-postgres.ts'

export interface TestPostgres {
  /** Leads to the database `toril` of this server. */
  readonly url: string
  readonly dataDir: string
  readonly server: EmbeddedPostgres
  /** Makes an empty database of its own and answers its URL. */
  createDatabase(): Promise<string>
  /** Ends the server and removes its folder. */
  stop(): Promise<void>
}

/** A folder under the temporary folder that also the unprivileged user of the server may pass through. */
export async function makeTestFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-test-'))
  await chmod(folder, 0o755)
  return folder
}

/** A real embedded PostgreSQL for one test file; call `stop` in afterAll. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const dataDir = await makeTestFolder()
  const server = await startEmbeddedPostgres({ dataDir }).catch(async (error: unknown) => {
    await rm(dataDir, { recursive: true, force: true })
    throw error
  })
  return {
    url: server.url,
    dataDir,
    server,
    async createDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      try {
        await client.query(`CREATE DATABASE ${name}`)
      } finally {
        await client.end()
      }
      const url = new URL(server.url)
      url.pathname = `/${name}`
      return url.href
    },
    async stop() {
      await server.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
