import { useSystem } from './panel-context.tsx'
import { readOnlyReason } from './read-only.ts'

/** For what changes jobs, the queue or another runner: the reason to show on it instead. */
export function useReadOnly(): string | undefined {
  return useSystem(readOnlyReason)
}
