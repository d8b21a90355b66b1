import { useEffect, useRef } from 'react'
import type { ProfileList } from '../../../electron/contract/profile-api.ts'
import { useClient, useConnection, useSystem } from '../../lib/panel-context.tsx'
import { useLoad, type Loaded } from '../../lib/use-load.ts'

/**
 * All profiles. Read again when the one in use changes or is another, when the line to the runner is back, and when
 * the window is looked at again: another window or the command line may have changed them.
 */
export function useProfiles(): Loaded<ProfileList> {
  const client = useClient()
  const used = useSystem((system) => (system === undefined ? '' : JSON.stringify(system.profile)))
  const open = useConnection((state) => state.line === 'open')
  const loaded = useLoad('profiles', (signal) => client.profiles.list(undefined, { signal }))
  const { reload } = loaded
  const seen = useRef({ used, open })
  useEffect(() => {
    const before = seen.current
    seen.current = { used, open }
    if (before.used !== used || (open && !before.open)) reload()
  }, [used, open, reload])
  useEffect(() => {
    window.addEventListener('focus', reload)
    return () => window.removeEventListener('focus', reload)
  }, [reload])
  return loaded
}
