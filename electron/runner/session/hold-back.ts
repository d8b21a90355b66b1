import { putBackUnstarted } from '../cluster/runner-control.ts'
import { unlessAway } from '../outage.ts'
import type { SessionParts } from './session-parts.ts'
import type { Work } from './start-work.ts'

/**
 * Takes no more jobs once the profile in use is made read-only, and goes on when it no longer is, unless the runner
 * was paused by hand. Jobs that run finish and their ends are stored: left as they are, they would run again
 * elsewhere. For the same reason the other runners are still told that this one lives.
 */
export function holdBack(parts: SessionParts, { cluster, consumer, runners }: Work, onGoingOn: () => void): void {
  const { core, board, mayWork, readOnly, state, stops } = parts
  // Opened read-only it has no consumer: to take jobs it has to be opened anew.
  if (readOnly) return
  let works = true
  let last = Promise.resolve()
  const failed = unlessAway(core.onProblem, 'The runner could not be held back, or let go on')

  async function follow(): Promise<void> {
    if (state.stopping) return
    if (!mayWork()) {
      await consumer.stopTaking()
      putBackUnstarted(board, 'The profile is read-only.')
    } else if (cluster.taking.takes) {
      await consumer.start()
    }
    await runners.publish()
  }

  const look = (): void => {
    if (mayWork() === works) return
    works = !works
    // One after the other, so that the newest is also the last.
    last = last.then(follow).catch(failed)
    if (!works) return
    // What has finished meanwhile is still to be trimmed.
    state.finished = true
    onGoingOn()
  }
  stops.add(core.profiles.onChange(look))
  look()
}
