import type { Sealing } from './connections/profiles/open-profiles.ts'
import type { Environment } from './environment.ts'
import type { History } from './history/history.ts'
import type { QueueTiming } from './queue/queue-config.ts'

export interface RunnerConfig extends Sealing {
  kind: 'desktop' | 'headless'
  /** Absolute; made when missing. */
  dataDir: string
  environment: Environment
  version: string
  /** PostgreSQL's binaries in a packaged app; found in node_modules otherwise. */
  postgresBinariesDir?: string
  /** For tests: how soon a runner that died is noticed. */
  timing?: Partial<QueueTiming>
  /** Told once per part while starting: `database`, `queue`, `threads`. */
  onPhase?: (phase: string) => void
  /** Told what goes wrong in the background; one sentence each. Written to standard error unless given. */
  onProblem?: (message: string) => void
  /** For the bench: stands between the runner and its history, to hear what is written or to leave it out. */
  aroundHistory?: (history: History) => History
}
