import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { useSystem } from '../lib/panel-context.tsx'
import { allowedMinutes, useChanges } from './use-changes.ts'

/** Before a read-only profile may be changed through. Production wants its name typed. */
export function AllowChangesQuestion({ onClose }: { onClose(): void }) {
  const profile = useSystem((system) => system?.profile)
  const { allow } = useChanges()
  if (profile === undefined) return null
  const { name, environment } = profile
  return (
    <ConfirmDialog
      title={`Allow changes of ${name} for ${allowedMinutes} minutes?`}
      confirmLabel="Allow changes"
      cancelLabel="Keep read-only"
      tone="primary"
      typed={environment === 'production' ? name : undefined}
      onConfirm={() => allow(name)}
      onClose={onClose}
    >
      <p>
        Jobs can then be enqueued, cancelled, retried and removed, here and by REST and the command line. It can be
        ended at any time, and ends by itself.
      </p>
    </ConfirmDialog>
  )
}
