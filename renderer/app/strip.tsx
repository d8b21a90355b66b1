import type { ReactNode } from 'react'
import { Icon, type IconName } from '../components/icon.tsx'

/** One line above a screen. */
export function Strip({
  tone,
  icon,
  children,
}: {
  tone: 'off' | 'warn' | 'note' | 'profile-banner'
  icon: IconName
  children: ReactNode
}) {
  return (
    <div className={`banner ${tone}`} role={tone === 'off' ? 'alert' : 'status'}>
      <Icon name={icon} />
      {children}
    </div>
  )
}
