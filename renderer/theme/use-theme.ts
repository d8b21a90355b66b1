import { useMediaQuery } from '@mantine/hooks'
import { useLayoutEffect } from 'react'
import type { Preferences } from '../../electron/contract/preferences.ts'

type Theme = Preferences['panel']['theme']
type Density = Preferences['panel']['density']

/** Where the last theme is kept, so that the next start does not flash in the other one. */
const themeKey = 'toril.theme'

function rememberedTheme(): Theme {
  const stored = localStorage.getItem(themeKey)
  return stored === 'dark' || stored === 'light' ? stored : 'system'
}

/** Puts theme and density of the preferences on the page; answers which of the two it is. */
export function useTheme(preferred: Theme | undefined, density: Density | undefined): 'dark' | 'light' {
  const systemIsLight = useMediaQuery('(prefers-color-scheme: light)', undefined, { getInitialValueInEffect: false })
  const theme = preferred ?? rememberedTheme()
  const scheme = theme === 'system' ? (systemIsLight ? 'light' : 'dark') : theme
  useLayoutEffect(() => {
    const { dataset } = document.documentElement
    dataset['theme'] = scheme
    dataset['density'] = density ?? 'comfortable'
    if (preferred !== undefined) localStorage.setItem(themeKey, preferred)
  }, [scheme, density, preferred])
  return scheme
}
