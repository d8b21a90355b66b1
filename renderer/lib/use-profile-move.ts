import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import { toPanelError } from './errors.ts'
import { useClient, useSystem, useToast } from './panel-context.tsx'

/** Moves the runner to another profile and says how that went; the stream brings everything else. */
export function useProfileMove(): (profile: Pick<ConnectionProfile, 'id' | 'name'>, graceMs?: number) => void {
  const client = useClient()
  const toast = useToast()
  return ({ id, name }, graceMs) => {
    client.profiles.use({ id, ...(graceMs === undefined ? {} : { graceMs }) }).then(
      () => toast({ glyph: 'done', title: `Moved to ${name}` }),
      (error: unknown) =>
        toast({
          glyph: 'failed',
          title: `Not moved to ${name}`,
          detail: toPanelError(error).message,
          role: 'alert',
          stays: true,
        }),
    )
  }
}

/** Why the runner cannot be moved to any other profile now. */
export function useMoveRefusal(fixedByEnvironment: boolean): string | undefined {
  const moving = useSystem((system) => system?.moving?.name)
  const queue = useSystem((system) => system?.environment.find(({ field }) => field === 'profile.queue')?.variable)
  if (moving !== undefined) return `The runner is moving to ${moving}`
  if (fixedByEnvironment) return 'Set by the environment variable TORIL_PROFILE'
  return queue === undefined ? undefined : `The queue is set by the environment variable ${queue}`
}
