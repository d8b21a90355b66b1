import { Modal } from '@mantine/core'
import { useId, useState, type ReactNode } from 'react'
import type { GlyphName } from '../lib/glyphs.ts'
import { useSystem } from '../lib/panel-context.tsx'
import { Button } from './button.tsx'
import { StateGlyph } from './state-glyph.tsx'

/** Mantine gives each of its windows the role `dialog`, whatever it is told. */
function asAlert(content: HTMLDivElement | null): void {
  content?.setAttribute('role', 'alertdialog')
}

interface ConfirmProps {
  title: string
  glyph?: GlyphName
  children: ReactNode
  confirmLabel: string
  cancelLabel?: string
  extra?: ReactNode
  /** A name that has to be typed first. */
  typed?: string | undefined
  /** Why it cannot be confirmed yet. */
  waitReason?: string | undefined
  /** `danger` (the default) for what is lost. */
  tone?: 'danger' | 'primary'
  onConfirm(): void
  onClose(): void
}

/**
 * Asked only for what cannot be undone; names the loss, and the button repeats the verb. Focus starts on the safe
 * button. On a production profile it wears the profile's colour.
 */
export function ConfirmDialog({ cancelLabel = 'Keep as is', tone = 'danger', ...props }: ConfirmProps) {
  const { title, glyph, children, confirmLabel, extra, typed, waitReason, onConfirm, onClose } = props
  const production = useSystem((system) => system?.profile.environment === 'production')
  const [text, setText] = useState('')
  const missing = typed !== undefined && text.trim() !== typed
  const reason = waitReason ?? (missing ? `Type ${typed} first` : undefined)
  const confirm = (): void => {
    if (reason !== undefined) return
    onConfirm()
    onClose()
  }
  return (
    <Modal.Root opened onClose={onClose} size={440}>
      <Modal.Overlay />
      <Modal.Content ref={asAlert}>
        <Modal.Body>
          <div className={production ? 'dlg prod' : 'dlg'}>
            <Modal.Title>
              {glyph !== undefined && <StateGlyph name={glyph} label={false} />}
              {title}
            </Modal.Title>
            {children}
            {typed !== undefined && <TypedName name={typed} text={text} onText={setText} onEnter={confirm} />}
            <div className="dlg-f">
              {extra}
              <span className="grow" />
              <Button data-autofocus onClick={onClose}>
                {cancelLabel}
              </Button>
              <Button
                variant={tone === 'danger' ? 'danger-solid' : 'primary'}
                disabledReason={reason}
                onClick={confirm}
              >
                {confirmLabel}
              </Button>
            </div>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

function TypedName({
  name,
  text,
  onText,
  onEnter,
}: {
  name: string
  text: string
  onText(text: string): void
  onEnter(): void
}) {
  const id = useId()
  return (
    <div className="f">
      <label htmlFor={id}>
        Type <span className="mono">{name}</span> to go on
      </label>
      <div className="input">
        <input
          id={id}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => onText(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && onEnter()}
        />
      </div>
    </div>
  )
}
