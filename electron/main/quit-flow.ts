import { describeError } from '../api/errors.ts'

/** What the user wants done about running jobs. */
export type QuitAnswer = 'wait' | 'stop' | 'stay'

export interface QuitParts {
  /** Jobs that run on this runner now. */
  activeCount(): number
  ask(active: number): Promise<QuitAnswer>
  /** Takes no more jobs and ends everything. `wait`: however long the running jobs take; else after the grace time. */
  stop(wait: boolean): Promise<void>
  /** Ends the process; nothing of Toril runs any more. */
  exit(code: number): void
}

/**
 * Quitting as a small machine: running, asking, waiting for jobs, stopping. It stands between Electron's
 * `before-quit` and the end of the process, so that no way of quitting leaves a job or a database behind.
 */
export interface QuitFlow {
  /** For `before-quit`: holds Electron back until everything has stopped. */
  onBeforeQuit(event: { preventDefault(): void }): void
  /** Stops at once and without asking, as a signal or the end of the session wants it. */
  stopNow(): void
  /** True once nothing is asked any more: windows may close. */
  readonly ending: boolean
}

export function createQuitFlow(parts: QuitParts): QuitFlow {
  let state: 'running' | 'asking' | 'waiting' | 'stopping' = 'running'

  const stop = (wait: boolean) => {
    state = wait ? 'waiting' : 'stopping'
    parts.stop(wait).then(
      () => parts.exit(0),
      (error: unknown) => {
        console.error(`Toril did not stop cleanly: ${describeError(error)}`)
        parts.exit(1)
      },
    )
  }

  const ask = async (active: number) => {
    const before = state === 'waiting' ? 'waiting' : 'running'
    state = 'asking'
    const answer = await parts.ask(active)
    if (answer === 'stop') stop(false)
    else if (answer === 'wait' && before === 'running') stop(true)
    else state = before
  }

  return {
    get ending() {
      return state === 'stopping'
    },
    onBeforeQuit(event) {
      // The process ends by parts.exit alone, after everything has stopped.
      event.preventDefault()
      if (state === 'asking' || state === 'stopping') return
      const active = parts.activeCount()
      if (active === 0) {
        stop(false)
        return
      }
      ask(active).catch((error: unknown) => {
        console.error(`Could not ask about the running jobs: ${describeError(error)}`)
        stop(false)
      })
    },
    stopNow() {
      if (state !== 'stopping') stop(false)
    },
  }
}
