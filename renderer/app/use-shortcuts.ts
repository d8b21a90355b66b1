import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { usePanel } from '../lib/panel-context.tsx'
import { refusesChange } from '../lib/read-only.ts'
import { screens } from './screens.ts'
import { usePauseToggle } from './use-pause.ts'

/** What a key press is, as it is written in the list of shortcuts: `Mod+Shift+P`, `?`. */
export function keysOf(event: Pick<KeyboardEvent, 'key' | 'metaKey' | 'ctrlKey' | 'shiftKey' | 'altKey'>): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
  // A sign such as `?` needs Shift on some keyboards and not on others: only letters name it.
  const shift = event.shiftKey && (key.length > 1 || /[A-Z]/.test(key))
  return [event.metaKey || event.ctrlKey ? 'Mod' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', key]
    .filter(Boolean)
    .join('+')
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null
}

/** The shortcuts that work on every screen. */
export function useShortcuts(): void {
  const { stores } = usePanel()
  const [, navigate] = useLocation()
  const togglePause = usePauseToggle()
  const latest = useRef({ navigate, togglePause })
  latest.current = { navigate, togglePause }
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented) return
      const keys = keysOf(event)
      const screen = screens.find((one) => one.keys === keys)
      if (screen !== undefined) latest.current.navigate(screen.path)
      else if (keys === 'Mod+K') stores.ui.setState((state) => ({ paletteOpen: !state.paletteOpen }))
      else if (keys === 'Mod+E') {
        if (!refusesChange(stores)) latest.current.navigate('/enqueue')
      } else if (keys === 'Mod+Shift+P') latest.current.togglePause()
      else if (keys === 'Mod+[') window.history.back()
      else if (keys === 'Mod+]') window.history.forward()
      else if (keys === '?' && !isTyping(event.target)) stores.ui.setState({ shortcutsOpen: true })
      else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [stores])
}
