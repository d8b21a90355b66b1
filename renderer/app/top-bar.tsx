import { useLocation } from 'wouter'
import { ChangeButton } from '../components/change-button.tsx'
import { Icon } from '../components/icon.tsx'
import { Kbd } from '../components/kbd.tsx'
import { usePanel, useQueue } from '../lib/panel-context.tsx'
import { hasTrafficLights } from '../lib/platform.ts'
import { ConnectionStatus } from './connection-status.tsx'
import { ProfileSwitcher } from './profile-switcher.tsx'
import { usePauseToggle } from './use-pause.ts'

function Brand() {
  return (
    <span className="brand">
      <svg
        className="mark"
        viewBox="0 0 20 20"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d="M3 18V9.2C3 5.2 6.1 2 10 2s7 3.2 7 7.2V18" />
        <path d="M7 9.5V18M13 9.5V18M10 6.2v5.6" />
      </svg>
      <span>Toril</span>
    </span>
  )
}

function PauseButton() {
  const paused = useQueue((queue) => queue?.paused)
  const toggle = usePauseToggle()
  return (
    <ChangeButton
      variant="quiet"
      icon={paused === true ? 'play' : 'pause'}
      aria-keyshortcuts="Control+Shift+P"
      disabledReason={paused === undefined ? 'Not connected yet' : undefined}
      onClick={toggle}
    >
      <span>{paused === true ? 'Resume' : 'Pause'}</span>
    </ChangeButton>
  )
}

export function TopBar() {
  const { stores } = usePanel()
  const [, navigate] = useLocation()
  return (
    <header className={hasTrafficLights(window.toril) ? 'topbar with-lights' : 'topbar'}>
      <div className="tb-left">
        <Brand />
      </div>
      <div className="tb-main">
        <ProfileSwitcher />
        <button
          type="button"
          className="omni"
          aria-keyshortcuts="Control+K"
          aria-haspopup="dialog"
          onClick={() => stores.ui.setState({ paletteOpen: true })}
        >
          <Icon name="search" />
          <span>Search jobs, types and commands</span>
          <span className="keys">
            <Kbd keys="Mod+K" />
          </span>
        </button>
        <div className="tb-right">
          <ConnectionStatus />
          <PauseButton />
          <ChangeButton
            variant="primary"
            icon="plus"
            aria-keyshortcuts="Control+E"
            onClick={() => navigate('/enqueue')}
          >
            <span>Enqueue</span>
          </ChangeButton>
        </div>
      </div>
    </header>
  )
}
