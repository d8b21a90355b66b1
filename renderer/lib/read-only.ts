import type { SystemInfo } from '../../electron/contract/runner.ts'
import type { PanelStores } from './panel-stores.ts'

/** Why nothing may be changed through the profile in use; undefined while it may, and while nothing is known. */
export function readOnlyReason(system: Pick<SystemInfo, 'profile'> | undefined): string | undefined {
  if (system === undefined || !system.profile.readOnly) return undefined
  return system.profile.changesAllowedUntil === undefined ? `${system.profile.name} is read-only` : undefined
}

/**
 * Says why and answers true when nothing may be changed. Asked by whatever changes something, so that a key or a
 * command cannot go around a button; the runner refuses it too, at every door.
 */
export function refusesChange(stores: Pick<PanelStores, 'system' | 'toasts' | 'ui'>): boolean {
  const title = readOnlyReason(stores.system.getState().value)
  if (title === undefined) return false
  const { toasts, show, dismiss } = stores.toasts.getState()
  // Pressed again and again it is one message, and its time starts anew.
  for (const toast of toasts) if (toast.title === title) dismiss(toast.id)
  show({
    title,
    detail: 'Nothing was changed.',
    action: {
      label: 'Allow changes…',
      run: () => stores.ui.setState({ question: { kind: 'allow-changes' } }),
    },
  })
  return true
}
