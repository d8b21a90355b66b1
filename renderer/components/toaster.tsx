import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { usePanel } from '../lib/panel-context.tsx'
import type { Toast } from '../stores/toasts.ts'
import { Button, IconButton } from './button.tsx'
import { StateGlyph } from './state-glyph.tsx'

const shownMs = 6000

function ToastRow({ toast, onDismiss }: { toast: Toast; onDismiss(): void }) {
  const [held, setHeld] = useState(false)
  const stays = toast.stays === true
  useEffect(() => {
    if (held || stays) return
    const timer = setTimeout(onDismiss, shownMs)
    return () => clearTimeout(timer)
  }, [held, stays, onDismiss])
  const { action } = toast
  return (
    <div
      className="surf toast"
      role={toast.role ?? 'status'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast.glyph !== undefined && <StateGlyph name={toast.glyph} label={false} />}
      <div>
        <b>{toast.title}</b>
        {toast.detail !== undefined && <small>{toast.detail}</small>}
      </div>
      {action !== undefined && (
        <Button
          size="sm"
          onClick={() => {
            onDismiss()
            action.run()
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton size="sm" icon="x" label="Close" onClick={onDismiss} />
    </div>
  )
}

/** Results, at most three, six seconds each unless it stays, longer while pointed at. */
export function Toaster() {
  const store = usePanel().stores.toasts
  const toasts = useStore(store, (state) => state.toasts)
  const dismiss = useStore(store, (state) => state.dismiss)
  return (
    <div className="toaster">
      {toasts.map((toast) => (
        <KeptToast key={toast.id} toast={toast} dismiss={dismiss} />
      ))}
    </div>
  )
}

function KeptToast({ toast, dismiss }: { toast: Toast; dismiss(id: number): void }) {
  const [onDismiss] = useState(() => () => dismiss(toast.id))
  return <ToastRow toast={toast} onDismiss={onDismiss} />
}
