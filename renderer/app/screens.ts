import type { IconName } from '../components/icon.tsx'

export interface Screen {
  path: string
  label: string
  icon: IconName
  keys: string
}

/** The screens of the sidebar, in its order. */
export const screens: readonly Screen[] = [
  { path: '/', label: 'Overview', icon: 'overview', keys: 'Mod+1' },
  { path: '/jobs', label: 'Jobs', icon: 'jobs', keys: 'Mod+2' },
  { path: '/threads', label: 'Threads', icon: 'threads', keys: 'Mod+3' },
  { path: '/runners', label: 'Runners', icon: 'runners', keys: 'Mod+4' },
  { path: '/connections', label: 'Connections', icon: 'connections', keys: 'Mod+5' },
  { path: '/preferences', label: 'Preferences', icon: 'preferences', keys: 'Mod+,' },
]

/** The screen that a path belongs to. */
export function screenOf(path: string): Screen | undefined {
  return screens.find((screen) => (screen.path === '/' ? path === '/' : path.startsWith(screen.path)))
}
