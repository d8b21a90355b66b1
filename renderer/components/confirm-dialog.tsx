import { Modal } from '@mantine/core'
import { useId, type ReactNode } from 'react'
import type { GlyphName } from '../lib/glyphs.ts'
import { Button } from './button.tsx'
import { StateGlyph } from './state-glyph.tsx'

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
  const titleId = useId()
  return (
    <Modal.Root opened onClose={onClose} size={440}>
      <Modal.Overlay />
      <Modal.Content role="alertdialog" aria-labelledby={titleId}>
        <Modal.Body>
          <div className="dlg">
            <h3 id={titleId}>
              {glyph !== undefined && <StateGlyph name={glyph} label={false} />}
              {title}
            </h3>
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
