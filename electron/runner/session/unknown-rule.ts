import type { SystemInfo } from '../../contract/runner.ts'
import type { RunnerCore } from '../core/create-core.ts'
import type { Places } from './open-places.ts'

/** What becomes of jobs whose type is unknown, on the queue and the profile in use. */
export interface UnknownRule {
  current(): 'keep' | 'fail'
  /** One sentence where the preference is not followed. */
  notices(): SystemInfo['notices']
  /** Returns a function that stops listening. */
  onChange(listener: () => void): () => void
}

/**
 * `fail` takes every job that waits, whatever its type, and ends it for good. So it is followed only where no other
 * program can have a worker for it, and never on production.
 */
export function createUnknownRule(
  { connections, queue, readOnly }: Pick<Places, 'connections' | 'queue' | 'readOnly'>,
  core: Pick<RunnerCore, 'preferences' | 'used'>,
): UnknownRule {
  const preferred = () => core.preferences.current().queue.unknownType

  function whyNot(): string | undefined {
    const { name, environment } = connections.profile()
    if (environment === 'production') return `${name} is production`
    return queue.isOwn() ? undefined : 'other programs may use this queue too'
  }

  return {
    current: () => (preferred() === 'fail' && whyNot() === undefined ? 'fail' : 'keep'),
    notices() {
      const why = whyNot()
      if (readOnly || preferred() === 'keep' || why === undefined) return []
      const message = `Jobs of unknown types wait, though the preference A job no runner knows says that they fail: ${why}.`
      return [{ code: 'UNKNOWN_TYPES_KEPT', message }]
    },
    onChange(listener) {
      const stops = [core.preferences.onChange(listener), core.used.onChange(listener), queue.onGivenUp(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}
