import { join } from 'node:path'
import type { Load } from '../cluster/job-news.ts'
import { createInlineExecutor } from '../executors/create-inline-executor.ts'
import { createThreadPool } from '../pool/create-thread-pool.ts'
import type { ThreadPool } from '../pool/thread-pool.ts'
import type { SessionParts } from './session-parts.ts'

export interface Threads {
  pool: ThreadPool
  inline: ReturnType<typeof createInlineExecutor>
  load: () => Load
  /** Ends what still runs: the jobs run elsewhere from then on. */
  end: () => Promise<unknown>
}

/** Where attempts run. */
export function startThreads({ core, history, catalog, board, preferences, stops }: SessionParts): Threads {
  const resultsDir = join(core.config.dataDir, 'results')
  const database = history.jobDatabase
  core.phase('threads')
  const pool = createThreadPool({
    entry: core.entries.worker,
    settings: preferences().pool,
    runnerId: core.runnerId,
    database,
    catalog,
    resultsDir,
  })
  stops.add(() => pool.close())
  const inline = createInlineExecutor({ catalog, database, resultsDir, onProblem: core.onProblem })
  stops.add(() => inline.close())
  return {
    pool,
    inline,
    end: () => Promise.all([pool.end(), inline.stop()]),
    load() {
      const threads = pool.threads()
      return {
        threads: threads.length,
        busyThreads: threads.filter((thread) => thread.job !== undefined).length,
        active: board.activeCount,
      }
    },
  }
}
