import { isMac } from '../lib/platform.ts'

const macKeys: Record<string, string> = { Mod: '⌘', Shift: '⇧', Enter: '↵', Escape: 'Esc' }
const otherKeys: Record<string, string> = { Mod: 'Ctrl', Enter: '↵', Escape: 'Esc' }

/** Keys of a shortcut, `Mod+K`: `⌘ K` on a Mac, `Ctrl K` elsewhere. */
export function Kbd({ keys }: { keys: string }) {
  const names = isMac(navigator) ? macKeys : otherKeys
  // A plus on its own is a key, not what joins two.
  return (keys === '+' ? [keys] : keys.split('+')).map((key) => <kbd key={key}>{names[key] ?? key}</kbd>)
}
