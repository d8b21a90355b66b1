import type { Environment } from './environment.ts'
import type { Runner } from './runner.ts'

export interface RunnerConfig {
  kind: 'desktop' | 'headless'
  /** Absolute; made when missing. */
  dataDir: string
  environment: Environment
  version: string
  /** Told once per part while starting, e.g. `database`, `queue`, `threads`. */
  onPhase?: (phase: string) => void
}

/** Starts everything in order and answers when the runner takes jobs. Rejects with one clear TorilError. */
export async function createRunner(_config: RunnerConfig): Promise<Runner> {
  await Promise.resolve()
  throw new Error('not composed yet')
}
