import { Menu } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { ProfileList } from '../../electron/contract/profile-api.ts'
import type { SystemInfo } from '../../electron/contract/runner.ts'
import { EnvironmentTag } from '../components/environment-tag.tsx'
import { Icon } from '../components/icon.tsx'
import { useClient, useSystem } from '../lib/panel-context.tsx'
import { useLoad } from '../lib/use-load.ts'
import { useMoveRefusal, useProfileMove } from '../lib/use-profile-move.ts'

function Profiles({ onOpenScreen }: { onOpenScreen: () => void }) {
  const client = useClient()
  const currentId = useSystem((system) => system?.profile.id)
  const use = useProfileMove()
  const list = useLoad<ProfileList>(`profiles ${currentId ?? ''}`, (signal) =>
    client.profiles.list(undefined, { signal }),
  )
  const refusal = useMoveRefusal(list.value?.fixedByEnvironment === true)
  return (
    <Menu.Dropdown className="profile-menu">
      {list.error !== undefined && <Menu.Label>{list.error.message}</Menu.Label>}
      {refusal !== undefined && <Menu.Label>{refusal}</Menu.Label>}
      {list.value?.profiles.map((profile) => (
        <Menu.Item
          key={profile.id}
          aria-current={profile.id === currentId ? 'true' : undefined}
          disabled={profile.id !== currentId && refusal !== undefined}
          className={`c-${profile.colour}`}
          leftSection={<span className="swatch" aria-hidden="true" />}
          rightSection={
            <span className="p-right">
              {profile.readOnly && <Icon name="lock" />}
              {profile.id === currentId && <Icon name="check" />}
            </span>
          }
          onClick={() => {
            if (profile.id !== currentId) use(profile)
          }}
        >
          <span className="cut">{profile.name}</span>
          <EnvironmentTag environment={profile.environment} />
          {profile.readOnly && <span className="sr">read-only</span>}
        </Menu.Item>
      ))}
      <Menu.Divider />
      <Menu.Item leftSection={<Icon name="connections" />} onClick={onOpenScreen}>
        Connections
      </Menu.Item>
    </Menu.Dropdown>
  )
}

function labelOf(profile: SystemInfo['profile'] | undefined): string {
  if (profile === undefined) return 'Profile: not known yet'
  const { name, environment, readOnly, changesAllowedUntil } = profile
  const safety = readOnly ? (changesAllowedUntil === undefined ? ', read-only' : ', changes allowed for now') : ''
  return `Profile: ${name}, ${environment}${safety}`
}

/** The profile in use with its colour, what it is for and whether it may be changed through, and the others to move to. */
export function ProfileSwitcher() {
  const [opened, setOpened] = useState(false)
  const profile = useSystem((system) => system?.profile)
  const moving = useSystem((system) => system?.moving)
  const [, navigate] = useLocation()
  const said =
    moving === undefined
      ? profile?.description
      : moving.step === 'opening'
        ? `Connecting to ${moving.name}`
        : `Moving to ${moving.name} once jobs have finished`
  return (
    <Menu width={320} position="bottom-start" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <button type="button" className="profile" aria-label={labelOf(profile)}>
          <span className="swatch" />
          <span className="p-name">{profile?.name ?? 'Connecting'}</span>
          {profile !== undefined && <EnvironmentTag environment={profile.environment} />}
          <span className="p-kind" role={moving === undefined ? undefined : 'status'}>
            {said}
          </span>
          {profile?.readOnly === true && (
            <span className="p-lock">
              <Icon name={profile.changesAllowedUntil === undefined ? 'lock' : 'warn'} />
              <span>{profile.changesAllowedUntil === undefined ? 'Read-only' : 'Changes allowed'}</span>
            </span>
          )}
          <Icon name="down" className="dim" />
        </button>
      </Menu.Target>
      {opened && <Profiles onOpenScreen={() => navigate('/connections')} />}
    </Menu>
  )
}
