import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import type { GlyphName } from '../lib/glyphs.ts'
import { Button } from './button.tsx'
import { StateGlyph } from './state-glyph.tsx'

/** Mantine gives each of its windows the role `dialog`, whatever it is told. */
function asAlert(content: HTMLDivElement | null): void {
  content?.setAttribute('role', 'alertdialog')
}

/** Asked only for what cannot be undone; names the loss. Focus starts on the safe button. */
export function ConfirmDialog({
  title,
  glyph,
  children,
  confirmLabel,
  cancelLabel = 'Keep as is',
  extra,
  onConfirm,
  onClose,
}: {
  title: string
  glyph?: GlyphName
  children: ReactNode
  confirmLabel: string
  cancelLabel?: string
  extra?: ReactNode
  onConfirm(): void
  onClose(): void
}) {
  return (
    <Modal.Root opened onClose={onClose} size={440}>
      <Modal.Overlay />
      <Modal.Content ref={asAlert}>
        <Modal.Body>
          <div className="dlg">
            <Modal.Title>
              {glyph !== undefined && <StateGlyph name={glyph} label={false} />}
              {title}
            </Modal.Title>
            {children}
            <div className="dlg-f">
              {extra}
              <span className="grow" />
              <Button data-autofocus onClick={onClose}>
                {cancelLabel}
              </Button>
              <Button
                variant="danger-solid"
                onClick={() => {
                  onConfirm()
                  onClose()
                }}
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
