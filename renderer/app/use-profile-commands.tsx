import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import type { ProfileList } from '../../electron/contract/profile-api.ts'
import { unverifiedParts, unverifiedWords } from '../../electron/contract/unverified-tls.ts'
import { Icon } from '../components/icon.tsx'
import { useClient, useSystem, useToast } from '../lib/panel-context.tsx'
import { useLoad } from '../lib/use-load.ts'
import { useMoveRefusal } from '../lib/use-profile-move.ts'
import type { Command } from './match-commands.ts'
import { useProfileChoice } from './use-profile-choice.ts'

/** What is to be seen of a profile before it is chosen by its name alone. */
export function profileHint(profile: Pick<ConnectionProfile, 'folder' | 'environment' | 'queue' | 'history'>): string {
  const unverified = unverifiedParts(profile).length > 0 ? unverifiedWords : undefined
  return [profile.folder?.replaceAll('/', ' / '), profile.environment, unverified].filter(Boolean).join(', ')
}

/** The other profiles, to be moved to by typing their name. */
export function useProfileCommands(): Command[] {
  const client = useClient()
  const toast = useToast()
  const currentId = useSystem((system) => system?.profile.id)
  const choose = useProfileChoice()
  const { value } = useLoad<ProfileList>(`profiles ${currentId ?? ''}`, (signal) =>
    client.profiles.list(undefined, { signal }),
  )
  const refusal = useMoveRefusal(value?.fixedByEnvironment === true)
  return (value?.profiles ?? [])
    .filter(({ id }) => id !== currentId)
    .map((profile) => ({
      id: `use ${profile.id}`,
      group: 'Profiles',
      icon: <Icon name="connections" />,
      title: `Use ${profile.name}`,
      hint: profileHint(profile),
      disabledReason: refusal,
      run: () => {
        if (refusal === undefined) choose(profile)
        else toast({ title: `Not moved to ${profile.name}`, detail: refusal, role: 'alert' })
      },
    }))
}
