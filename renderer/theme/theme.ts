import { createTheme, defaultVariantColorsResolver, type CSSVariablesResolver } from '@mantine/core'
import * as scales from './scales.ts'

const modalDefaults = { radius: 'lg', centered: true, zIndex: 400, transitionProps: { duration: 140 } }

/** Mantine drawn with Toril's tokens: colours come from tokens.css, so both change theme together. */
export const theme = createTheme({
  colors: scales.colors,
  primaryColor: 'blue',
  primaryShade: { light: 6, dark: 5 },
  autoContrast: true,
  defaultRadius: 'sm',
  fontFamily: 'var(--font-ui)',
  fontFamilyMonospace: 'var(--font-mono)',
  headings: { fontFamily: 'var(--font-ui)', fontWeight: '600' },
  fontSizes: {
    xs: 'var(--text-xs)',
    sm: 'var(--text-sm)',
    md: 'var(--text-md)',
    lg: 'var(--text-lg)',
    xl: 'var(--text-xl)',
  },
  lineHeights: {
    xs: 'var(--leading-snug)',
    sm: 'var(--leading-snug)',
    md: 'var(--leading-snug)',
    lg: 'var(--leading-tight)',
    xl: 'var(--leading-tight)',
  },
  spacing: {
    xs: 'var(--space-1)',
    sm: 'var(--space-2)',
    md: 'var(--space-3)',
    lg: 'var(--space-4)',
    xl: 'var(--space-6)',
  },
  radius: {
    xs: 'var(--radius-xs)',
    sm: 'var(--radius-sm)',
    md: 'var(--radius-md)',
    lg: 'var(--radius-lg)',
    xl: 'var(--radius-xl)',
  },
  shadows: {
    xs: 'var(--shadow-1)',
    sm: 'var(--shadow-1)',
    md: 'var(--shadow-2)',
    lg: 'var(--shadow-3)',
    xl: 'var(--shadow-3)',
  },
  cursorType: 'default',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver: (input) =>
    input.variant === 'primary'
      ? {
          background: 'var(--ink-solid)',
          hover: 'var(--ink-solid-hover)',
          color: 'var(--on-ink-solid)',
          border: '1px solid transparent',
        }
      : defaultVariantColorsResolver(input),
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, position: 'bottom', zIndex: 300 } },
    // Any rounder and an empty one looks like a radio button.
    Checkbox: { defaultProps: { radius: 'xs' } },
    Menu: { defaultProps: { shadow: 'md', radius: 'md', zIndex: 300 } },
    Modal: { defaultProps: modalDefaults },
    ModalRoot: { defaultProps: modalDefaults },
    Popover: { defaultProps: { zIndex: 300 } },
    Select: { defaultProps: { size: 'sm', comboboxProps: { zIndex: 410 } } },
  },
})

const both = {
  '--mantine-color-body': 'var(--bg-panel)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-2)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-default': 'var(--bg-raised)',
  '--mantine-color-default-hover': 'var(--bg-hover)',
  '--mantine-color-default-color': 'var(--text)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-error': 'var(--st-failed)',
  '--mantine-color-anchor': 'var(--link)',
  '--mantine-color-disabled': 'var(--bg-hover)',
  '--mantine-color-disabled-color': 'var(--text-disabled)',
}

export const cssVariablesResolver: CSSVariablesResolver = () => ({ variables: {}, dark: both, light: both })
