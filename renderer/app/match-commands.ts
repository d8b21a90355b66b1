import type { ReactNode } from 'react'

export interface Command {
  id: string
  group: 'Commands' | 'Go to' | 'Enqueue' | 'Profiles' | 'Jobs'
  icon: ReactNode
  title: string
  hint?: string
  keys?: string
  /** Why it does nothing now but say so. */
  disabledReason?: string | undefined
  run(): void
}

/** How well a title fits what was typed: the lower the better; undefined when it does not. */
export function fitOf(title: string, query: string): number | undefined {
  const text = title.toLowerCase()
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  let fit = 0
  for (const word of words) {
    const at = text.indexOf(word)
    if (at === -1) return undefined
    const startsWord = at === 0 || /[\s:#-]/.test(text[at - 1] ?? '')
    fit += at === 0 ? 0 : startsWord ? 1 : 2
  }
  return fit
}

/** Commands that fit, the best first within their group; the groups keep their order. */
export function matchCommands(commands: readonly Command[], query: string, atMost: number): Command[] {
  const wanted = query.trim()
  const groups: Command['group'][] = ['Commands', 'Go to', 'Enqueue', 'Profiles', 'Jobs']
  return groups.flatMap((group) =>
    commands
      .filter((command) => command.group === group)
      .map((command) => ({ command, fit: fitOf(command.title, wanted) }))
      .filter((one): one is { command: Command; fit: number } => one.fit !== undefined)
      .sort((left, right) => left.fit - right.fit)
      .slice(0, atMost)
      .map(({ command }) => command),
  )
}

/** Where the typed words stand in a title, to set them off: pairs of text and whether it matched. */
export function markMatches(title: string, query: string): { text: string; hit: boolean }[] {
  const word = query.trim().toLowerCase().split(/\s+/)[0] ?? ''
  const at = word === '' ? -1 : title.toLowerCase().indexOf(word)
  if (at === -1) return [{ text: title, hit: false }]
  return [
    { text: title.slice(0, at), hit: false },
    { text: title.slice(at, at + word.length), hit: true },
    { text: title.slice(at + word.length), hit: false },
  ].filter((part) => part.text !== '')
}
