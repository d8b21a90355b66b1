import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import type { SystemInfo } from '../../electron/contract/runner.ts'
import { toPanelError } from '../lib/errors.ts'
import { usePanel } from '../lib/panel-context.tsx'
import { useProfileMove } from '../lib/use-profile-move.ts'

/** Whether a move is asked about first: jobs run that it would end, or it leads into production or away from it. */
export function asksBeforeMove(
  from: Pick<SystemInfo['profile'], 'environment'> | undefined,
  to: Pick<ConnectionProfile, 'environment'>,
  running: number,
): boolean {
  return running > 0 || to.environment === 'production' || from?.environment === 'production'
}

/** Moves to a profile that was chosen from a list, where one slip leads to the wrong one. */
export function useProfileChoice(): (profile: ConnectionProfile) => void {
  const { stores } = usePanel()
  const move = useProfileMove()
  return (profile) => {
    const from = stores.system.getState().value?.profile
    const running = stores.threads.getState().value?.filter(({ job }) => job !== undefined).length ?? 0
    if (asksBeforeMove(from, profile, running)) {
      stores.ui.setState({ question: { kind: 'use-profile', profile } })
    } else move(profile)
  }
}

/** Asks whether the profile in use, which was changed since, is to be opened as it is now. */
export function useUseAgain(): () => void {
  const { client, stores } = usePanel()
  return () => {
    client.profiles.list().then(
      ({ profiles, currentId }) => {
        const profile = profiles.find(({ id }) => id === currentId)
        if (profile !== undefined) stores.ui.setState({ question: { kind: 'use-profile', profile } })
      },
      (error: unknown) => {
        const { message: detail } = toPanelError(error)
        stores.toasts.getState().show({ title: 'The profile could not be read', detail, role: 'alert' })
      },
    )
  }
}
