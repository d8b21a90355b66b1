import type { TakenTypes } from '../queue/job-queue.ts'
import type { SessionParts } from './session-parts.ts'

/** Jobs of types in the catalog, or all where those of unknown types are to fail. */
export function takenTypes({ catalog, unknownRule }: Pick<SessionParts, 'catalog' | 'unknownRule'>): TakenTypes {
  return {
    current() {
      if (unknownRule.current() === 'fail') return undefined
      return catalog.list().jobTypes.map(({ name }) => name)
    },
    onChange(listener) {
      const stops = [catalog.onChange(listener), unknownRule.onChange(listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}
