import { Menu } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { SystemInfo } from '../../electron/contract/runner.ts'
import { unverifiedWords } from '../../electron/contract/unverified-tls.ts'
import { EnvironmentTag } from '../components/environment-tag.tsx'
import { Icon } from '../components/icon.tsx'
import { UnverifiedTag } from '../components/unverified-tag.tsx'
import { useSystem } from '../lib/panel-context.tsx'
import { useUnverified } from '../lib/use-unverified.ts'
import { ProfileMenu } from './profile-menu.tsx'

function labelOf(profile: SystemInfo['profile'] | undefined, unverified: boolean): string {
  if (profile === undefined) return 'Profile: not known yet'
  const { name, environment, readOnly, changesAllowedUntil } = profile
  const safety = readOnly ? (changesAllowedUntil === undefined ? ', read-only' : ', changes allowed for now') : ''
  return `Profile: ${name}, ${environment}${unverified ? `, ${unverifiedWords}` : ''}${safety}`
}

/** The profile in use with its colour, what it is for and whether it may be changed through, and the others to move to. */
export function ProfileSwitcher() {
  const [opened, setOpened] = useState(false)
  const profile = useSystem((system) => system?.profile)
  const unverified = useUnverified()
  const moving = useSystem((system) => system?.moving)
  const [, navigate] = useLocation()
  const said =
    moving === undefined
      ? profile?.description
      : moving.step === 'opening'
        ? `Connecting to ${moving.name}`
        : `Moving to ${moving.name} once jobs have finished`
  return (
    <Menu width={420} position="bottom-start" opened={opened} onChange={setOpened}>
      <Menu.Target>
        <button type="button" className="profile" aria-label={labelOf(profile, unverified)}>
          <span className="swatch" />
          <span className="p-name">{profile?.name ?? 'Connecting'}</span>
          {profile !== undefined && <EnvironmentTag environment={profile.environment} />}
          {unverified && <UnverifiedTag />}
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
      {opened && <ProfileMenu onOpenScreen={() => navigate('/connections')} />}
    </Menu>
  )
}
