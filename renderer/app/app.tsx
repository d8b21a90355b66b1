import { MantineProvider } from '@mantine/core'
import { Component, useEffect, type ReactNode } from 'react'
import { useLocation } from 'wouter'
import { unverifiedWords } from '../../electron/contract/unverified-tls.ts'
import { ErrorRegion } from '../components/region-states.tsx'
import { Toaster } from '../components/toaster.tsx'
import { Questions } from '../features/job-actions/questions.tsx'
import { toPanelError, type PanelError } from '../lib/errors.ts'
import { WhyDialog } from '../features/why/why-dialog.tsx'
import type { Panel } from '../lib/panel.ts'
import { PanelProvider, usePreferences, useSystem } from '../lib/panel-context.tsx'
import { useUnverified } from '../lib/use-unverified.ts'
import { cssVariablesResolver, theme } from '../theme/theme.ts'
import { useTheme } from '../theme/use-theme.ts'
import { Banner } from './banner.tsx'
import { CommandPalette } from './command-palette.tsx'
import { Routes } from './routes.tsx'
import { screenOf } from './screens.ts'
import { ShortcutsOverlay } from './shortcuts-overlay.tsx'
import { Sidebar } from './sidebar.tsx'
import { TopBar } from './top-bar.tsx'
import { useShortcuts } from './use-shortcuts.ts'

/** A screen that breaks says so in its place; the shell around it goes on. */
class ScreenBoundary extends Component<{ children: ReactNode }, { error: PanelError | undefined }> {
  override state: { error: PanelError | undefined } = { error: undefined }

  static getDerivedStateFromError(error: unknown): { error: PanelError } {
    return { error: toPanelError(error) }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <div className="middle">
        <ErrorRegion title="This screen broke" error={error} onRetry={() => this.setState({ error: undefined })} />
      </div>
    )
  }
}

/** The title of the window names screen and profile; what is not for development says so. */
function useTitle(path: string): void {
  const profile = useSystem((system) => system?.profile.name)
  const environment = useSystem((system) => system?.profile.environment)
  const unverified = useUnverified()
  useEffect(() => {
    const screen = path.startsWith('/enqueue') ? 'Enqueue' : screenOf(path)?.label
    const marks = [environment === 'development' ? '' : environment, unverified ? unverifiedWords : ''].filter(Boolean)
    const named = profile === undefined || marks.length === 0 ? profile : `${profile} (${marks.join(', ')})`
    document.title = [screen, named, 'Toril'].filter(Boolean).join(' · ')
  }, [path, profile, environment, unverified])
}

/** Colour and environment of the profile, for everything that is drawn, dialogs too. */
function useProfileLook(): void {
  const colour = useSystem((system) => system?.profile.colour) ?? 'slate'
  const environment = useSystem((system) => system?.profile.environment) ?? 'development'
  useEffect(() => {
    const { dataset } = document.documentElement
    dataset['profile'] = colour
    dataset['environment'] = environment
  }, [colour, environment])
}

function Shell() {
  const [path] = useLocation()
  const profileId = useSystem((system) => system?.profile.id)
  useTitle(path)
  useProfileLook()
  useShortcuts()
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="app">
        <TopBar />
        <Sidebar />
        <main className="sheet" id="main" tabIndex={-1}>
          <Banner />
          {/* Nothing that was read on one profile is shown on another. */}
          <ScreenBoundary key={`${path.split('/')[1] ?? ''} ${profileId ?? ''}`}>
            <Routes />
          </ScreenBoundary>
        </main>
      </div>
      <Questions />
      <WhyDialog />
      <CommandPalette />
      <ShortcutsOverlay />
      <Toaster />
    </>
  )
}

function Themed() {
  const scheme = useTheme(
    usePreferences((preferences) => preferences?.panel.theme),
    usePreferences((preferences) => preferences?.panel.density),
  )
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} forceColorScheme={scheme}>
      <Shell />
    </MantineProvider>
  )
}

export function App({ panel }: { panel: Panel }) {
  return (
    <PanelProvider panel={panel}>
      <Themed />
    </PanelProvider>
  )
}
