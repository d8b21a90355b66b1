import { useState } from 'react'
import { Dialog, DialogField } from './dialog.tsx'

/** A production profile stops being read-only only for someone who typed its name. */
export function NameQuestion({ name, onConfirm, onClose }: { name: string; onConfirm(): void; onClose(): void }) {
  const [typed, setTyped] = useState('')
  return (
    <Dialog
      title={`Allow changes through ${name}?`}
      submitLabel="Allow changes"
      cancelLabel="Keep read-only"
      danger
      disabledReason={typed.trim() === name ? undefined : 'Type the name first'}
      onSubmit={onConfirm}
      onClose={onClose}
    >
      <p>
        It is a production profile. Without read-only its jobs can be enqueued, cancelled and removed, and this runner
        takes them.
      </p>
      <DialogField
        label={
          <>
            Type <b>{name}</b> to go on
          </>
        }
        value={typed}
        first
        onChange={setTyped}
      />
    </Dialog>
  )
}
