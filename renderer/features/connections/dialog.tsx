import { Modal } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { Button } from '../../components/button.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'

/** A question with fields. Enter in a field answers it. */
export function Dialog({
  title,
  submitLabel,
  cancelLabel = 'Cancel',
  danger = false,
  look,
  tags,
  disabledReason,
  onSubmit,
  onClose,
  children,
}: {
  title: string
  submitLabel: string
  cancelLabel?: string
  danger?: boolean
  /** The profile it is about: a production profile colours it. */
  look?: Pick<ConnectionProfile, 'colour' | 'environment'>
  /** Stand below the title. */
  tags?: ReactNode
  disabledReason?: string | undefined
  onSubmit(): void
  onClose(): void
  children: ReactNode
}) {
  return (
    <Modal.Root opened onClose={onClose} size={460}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <form
            className={['dlg', look && `c-${look.colour}`, look?.environment === 'production' && 'prod']
              .filter(Boolean)
              .join(' ')}
            onSubmit={(event) => {
              event.preventDefault()
              if (disabledReason === undefined) onSubmit()
            }}
          >
            <Modal.Title>{title}</Modal.Title>
            {tags !== undefined && <div className="dlg-t">{tags}</div>}
            {children}
            <div className="dlg-f">
              <span className="grow" />
              {/* What leads to another profile starts on the safe button. */}
              <Button data-autofocus={look === undefined ? undefined : true} onClick={onClose}>
                {cancelLabel}
              </Button>
              <Button variant={danger ? 'danger-solid' : 'primary'} type="submit" disabledReason={disabledReason}>
                {submitLabel}
              </Button>
            </div>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** One field of a dialog. */
export function DialogField({
  label,
  value,
  type = 'text',
  help,
  problem,
  first = false,
  onChange,
}: {
  label: ReactNode
  value: string
  type?: 'text' | 'password'
  help?: string
  problem?: string | undefined
  /** It has the focus when the dialog opens. */
  first?: boolean
  onChange(value: string): void
}) {
  const id = useId()
  const said = problem !== undefined || help !== undefined
  return (
    <div className="f">
      <label className="dlg-l">
        <span>{label}</span>
        <span className={problem === undefined ? 'input' : 'input bad'}>
          <input
            type={type}
            value={value}
            autoComplete={type === 'password' ? 'new-password' : 'off'}
            spellCheck={false}
            aria-invalid={problem !== undefined}
            aria-describedby={said ? id : undefined}
            data-autofocus={first || undefined}
            onChange={(event) => onChange(event.target.value)}
          />
        </span>
      </label>
      {problem !== undefined ? (
        <p id={id} className="f-err" role="alert">
          <StateGlyph name="failed" label={false} />
          <span>{problem}</span>
        </p>
      ) : (
        help !== undefined && (
          <p id={id} className="f-help">
            {help}
          </p>
        )
      )}
    </div>
  )
}
