import { useState, type ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Refused, or not a secure context: the button then says so.
    return false
  }
}

/** Copies on press and says what came of it for a moment. */
function useCopied(text: string): { state: 'idle' | 'copied' | 'refused'; press(): void } {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  return {
    state,
    press: () => {
      void copy(text).then((done) => {
        setState(done ? 'copied' : 'refused')
        setTimeout(() => setState('idle'), 1500)
      })
    },
  }
}

export function CopyButton({ text, children }: { text: string; children: ReactNode }) {
  const { state, press } = useCopied(text)
  return (
    <Button size="sm" variant="quiet" onClick={press}>
      {state === 'copied' ? 'Copied' : state === 'refused' ? 'Could not copy' : children}
    </Button>
  )
}

export function CopyIcon({ text, label }: { text: string; label: string }) {
  const { state, press } = useCopied(text)
  return (
    <IconButton
      size="sm"
      icon={state === 'copied' ? 'check' : 'copy'}
      label={state === 'copied' ? 'Copied' : state === 'refused' ? 'Could not copy' : label}
      onClick={press}
    />
  )
}
