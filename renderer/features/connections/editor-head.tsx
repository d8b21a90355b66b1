import { Menu } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { unverifiedParts } from '../../../electron/contract/unverified-tls.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import { Icon } from '../../components/icon.tsx'
import { UnverifiedTag } from '../../components/unverified-tag.tsx'
import { useOutdated } from '../../lib/use-outdated.ts'
import { useMoveRefusal, useProfileMove } from '../../lib/use-profile-move.ts'
import { ExportDialog } from './export-dialog.tsx'
import { UseDialog } from './use-dialog.tsx'

type Open = 'use' | 'remove' | 'export' | undefined

/** The name, and what can be done with the profile as a whole. */
export function EditorHead({
  profile,
  title,
  inUse,
  dirty,
  fixedByEnvironment,
  onRemove,
}: {
  profile: ConnectionProfile | undefined
  title: string
  inUse: boolean
  dirty: boolean
  fixedByEnvironment: boolean
  onRemove(): void
}) {
  const [open, setOpen] = useState<Open>()
  const [, navigate] = useLocation()
  const move = useProfileMove()
  const refusal = useMoveRefusal(fixedByEnvironment) ?? (dirty ? 'Save or revert the changes first' : undefined)
  const outdated = useOutdated()
  const stored = profile !== undefined && profile.id !== 'environment'
  const close = (): void => setOpen(undefined)
  return (
    <div className="head">
      <h2 id="ce-h" className="cut" tabIndex={-1}>
        {title}
      </h2>
      {profile !== undefined && unverifiedParts(profile).length > 0 && <UnverifiedTag />}
      {inUse && <span className="tag">In use</span>}
      {profile !== undefined && (
        <div className="right">
          {(!inUse || outdated) && (
            <Button size="sm" icon={inUse ? 'retry' : 'arrow'} disabledReason={refusal} onClick={() => setOpen('use')}>
              {inUse ? 'Use again' : 'Use'}
            </Button>
          )}
          <IconButton
            size="sm"
            icon="copy"
            label="Duplicate"
            onClick={() => navigate(`/connections/new?from=${encodeURIComponent(profile.id)}`)}
          />
          {stored && (
            <Menu position="bottom-end" width={200}>
              <Menu.Target>
                <IconButton size="sm" icon="more" label="More actions" />
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<Icon name="follow" />} onClick={() => setOpen('export')}>
                  Export…
                </Menu.Item>
                <Menu.Item leftSection={<Icon name="trash" />} disabled={inUse} onClick={() => setOpen('remove')}>
                  {inUse ? 'Remove: it is in use' : 'Remove…'}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      )}
      {open === 'use' && profile !== undefined && (
        <UseDialog
          profile={profile}
          onClose={close}
          onUse={(graceMs) => {
            close()
            move(profile, graceMs)
          }}
        />
      )}
      {open === 'export' && profile !== undefined && <ExportDialog profile={profile} onClose={close} />}
      {open === 'remove' && profile !== undefined && (
        <ConfirmDialog
          title={`Remove ${profile.name}?`}
          confirmLabel="Remove profile"
          onConfirm={onRemove}
          onClose={close}
        >
          <p>
            The profile and its stored passwords are removed from this Toril. The server, its queues and their jobs stay
            as they are.
          </p>
        </ConfirmDialog>
      )}
    </div>
  )
}
