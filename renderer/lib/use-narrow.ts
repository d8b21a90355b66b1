import { useMediaQuery } from '@mantine/hooks'

/** Too narrow for two things side by side, as the style sheets have it: a small window, or large text. */
export function useNarrow(): boolean {
  return useMediaQuery('(max-width: 60em)', undefined, { getInitialValueInEffect: false })
}
