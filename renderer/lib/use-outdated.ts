import { useSystem } from './panel-context.tsx'

/** Whether the profile in use says something else now than the runner does of it, until it is used again. */
export function useOutdated(): boolean {
  return useSystem((system) => {
    const profile = system?.profile
    // Opened read-only, it takes no jobs even after it was made writable.
    return profile?.changed === true || (profile?.takesNoJobs === true && !profile.readOnly)
  })
}
