import { toPanelError } from '../lib/errors.ts'
import { usePanel } from '../lib/panel-context.tsx'
import type { PanelStores } from '../lib/panel-stores.ts'

/** How long changes are allowed for; in minutes. */
export const allowedMinutes = 15

/** Allows changes through the read-only profile in use, and ends that; the stream says so to every window. */
export function useChanges(): { allow(name: string): void; end(): void } {
  const { client, stores } = usePanel()
  const current = (): string => stores.system.getState().value?.profile.id ?? ''
  const fail = (title: string) => (error: unknown) =>
    stores.toasts.getState().show({ role: 'alert', glyph: 'failed', title, detail: toPanelError(error).message })
  return {
    allow(name) {
      const id = current()
      client.profiles
        .allowChanges({ id, name, minutes: allowedMinutes })
        .then(({ allowedUntil }) => setUntil(stores, id, allowedUntil), fail('Changes are not allowed'))
    },
    end() {
      const id = current()
      client.profiles
        .endChanges({ id })
        .then(({ allowedUntil }) => setUntil(stores, id, allowedUntil), fail('Changes are still allowed'))
    },
  }
}

function setUntil(stores: PanelStores, id: string, until: string | undefined): void {
  const { value } = stores.system.getState()
  if (value?.profile.id !== id) return
  const { changesAllowedUntil: _before, ...profile } = value.profile
  stores.system.setState({
    value: { ...value, profile: until === undefined ? profile : { ...profile, changesAllowedUntil: until } },
  })
}
