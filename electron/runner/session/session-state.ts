import { StopGrace } from '../stop-grace.ts'

/** What the parts of a session tell each other. */
export class SessionState {
  readonly grace = new StopGrace()
  /** No more jobs are taken. */
  stopping = false
  /** A job may have finished since the last look; the first look trims what an earlier run left. */
  finished = true
  /** Attempts since the start, by how they ended. */
  readonly outcomes: Record<string, number>
  /** Called when no job runs here any more, before anything that jobs and calls use is closed. */
  readonly onIdle: () => Promise<void>

  constructor(outcomes: Record<string, number>, onIdle: () => Promise<void>) {
    this.outcomes = outcomes
    this.onIdle = onIdle
  }

  count(outcome: string): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + 1
  }

  /** Whether a job has finished since the last look; resets. */
  finishedSince(): boolean {
    const was = this.finished
    this.finished = false
    return was
  }
}
