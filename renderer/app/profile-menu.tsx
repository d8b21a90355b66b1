import { Menu } from '@mantine/core'
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import type { ProfileList } from '../../electron/contract/profile-api.ts'
import { unverifiedParts } from '../../electron/contract/unverified-tls.ts'
import { EnvironmentTag } from '../components/environment-tag.tsx'
import { Icon } from '../components/icon.tsx'
import { UnverifiedTag } from '../components/unverified-tag.tsx'
import { groupProfiles } from '../features/connections/profile-groups.ts'
import { useClient, useSystem } from '../lib/panel-context.tsx'
import { useLoad } from '../lib/use-load.ts'
import { useMoveRefusal } from '../lib/use-profile-move.ts'
import { useProfileChoice } from './use-profile-choice.ts'

function Item({ profile, current, off, onChoose }: ItemProps) {
  return (
    <Menu.Item
      aria-current={current ? 'true' : undefined}
      disabled={!current && off}
      className={`c-${profile.colour}`}
      leftSection={<span className="swatch" aria-hidden="true" />}
      rightSection={
        <span className="p-right">
          {profile.readOnly && <Icon name="lock" />}
          {current && <Icon name="check" />}
        </span>
      }
      onClick={() => {
        if (!current) onChoose(profile)
      }}
    >
      <span className="cut" title={profile.name}>
        {profile.name}
      </span>
      <EnvironmentTag environment={profile.environment} />
      {unverifiedParts(profile).length > 0 && <UnverifiedTag />}
      {profile.readOnly && <span className="sr">read-only</span>}
    </Menu.Item>
  )
}

interface ItemProps {
  profile: ConnectionProfile
  current: boolean
  off: boolean
  onChoose(profile: ConnectionProfile): void
}

/** The profiles to move to, in the order of the screen Connections. However many there are, that screen stays in reach. */
export function ProfileMenu({ onOpenScreen }: { onOpenScreen: () => void }) {
  const client = useClient()
  const currentId = useSystem((system) => system?.profile.id)
  const choose = useProfileChoice()
  const list = useLoad<ProfileList>(`profiles ${currentId ?? ''}`, (signal) =>
    client.profiles.list(undefined, { signal }),
  )
  const refusal = useMoveRefusal(list.value?.fixedByEnvironment === true)
  return (
    <Menu.Dropdown className="profile-menu">
      {list.error !== undefined && <Menu.Label>{list.error.message}</Menu.Label>}
      {refusal !== undefined && <Menu.Label>{refusal}</Menu.Label>}
      <div className="p-list scroll">
        {groupProfiles(list.value?.profiles ?? [], '').map(({ folder, profiles }) => (
          <div key={folder} role="group" aria-label={folder === '' ? 'Without a folder' : `Folder ${folder}`}>
            {folder !== '' && <Menu.Label aria-hidden="true">{folder.replaceAll('/', ' / ')}</Menu.Label>}
            {profiles.map((profile) => (
              <Item
                key={profile.id}
                profile={profile}
                current={profile.id === currentId}
                off={refusal !== undefined}
                onChoose={choose}
              />
            ))}
          </div>
        ))}
      </div>
      <Menu.Divider />
      <Menu.Item leftSection={<Icon name="connections" />} onClick={onOpenScreen}>
        Connections
      </Menu.Item>
    </Menu.Dropdown>
  )
}
