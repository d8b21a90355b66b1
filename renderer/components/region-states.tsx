import { useEffect, useState, type ReactNode } from 'react'
import type { PanelError } from '../lib/errors.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copy-button.tsx'
import { Icon, type IconName } from './icon.tsx'

/** Nothing to show, why, and what to do. */
export function Empty({
  icon,
  title,
  children,
  actions,
}: {
  icon: IconName
  title: string
  children?: ReactNode
  actions?: ReactNode
}) {
  return (
    <div className="emp">
      <Icon name={icon} />
      <b>{title}</b>
      {children !== undefined && <p>{children}</p>}
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  )
}

/** Only the region that failed says so: the cause, one action, and the details to copy. */
export function ErrorRegion({ title, error, onRetry }: { title: string; error: PanelError; onRetry(): void }) {
  const details = JSON.stringify({ title, ...error, at: new Date().toISOString() }, null, 2)
  return (
    <div role="alert">
      <Empty
        icon="warn"
        title={title}
        actions={
          <>
            <Button size="sm" onClick={onRetry}>
              Try again
            </Button>
            <CopyButton text={details}>Copy details</CopyButton>
          </>
        }
      >
        {error.message}
      </Empty>
    </div>
  )
}

const skeletonAfterMs = 200

/** Shapes of rows to come, shown only when the wait is long enough to be noticed. */
export function Skeleton({ rows = 4, label = 'Loading' }: { rows?: number; label?: string }) {
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), skeletonAfterMs)
    return () => clearTimeout(timer)
  }, [])
  if (!shown) return null
  return (
    <div className="sk" role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden="true">
          <i />
          <i style={{ width: `${70 - ((row * 17) % 30)}%` }} />
          <i style={{ width: `${52 + ((row * 23) % 30)}%` }} />
          <i />
        </div>
      ))}
    </div>
  )
}
