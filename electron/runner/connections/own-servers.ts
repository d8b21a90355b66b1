import { startEmbeddedPostgres } from './embedded-postgres.ts'
import { startManagedRedis } from './managed-redis/managed-redis.ts'
import { shareServer, type SharedServer } from './share-server.ts'

/** The servers that Toril runs itself in the data folder: one of each, for every profile that uses it. */
export interface OwnServers {
  postgres: SharedServer<Awaited<ReturnType<typeof startEmbeddedPostgres>>>
  redis: SharedServer<Awaited<ReturnType<typeof startManagedRedis>>>
}

export function shareOwnServers(options: {
  dataDir: string
  /** PostgreSQL's binaries in a packaged app; found in node_modules otherwise. */
  postgresBinariesDir?: string
  onProblem: (message: string) => void
}): OwnServers {
  const { dataDir, postgresBinariesDir: binariesDir, onProblem } = options
  return {
    postgres: shareServer(async () => {
      const server = await startEmbeddedPostgres({ dataDir, ...(binariesDir === undefined ? {} : { binariesDir }) })
      server.onExit(onProblem)
      return server
    }),
    redis: shareServer(async () => {
      const server = await startManagedRedis({ dataDir })
      server.onExit(onProblem)
      return server
    }),
  }
}
