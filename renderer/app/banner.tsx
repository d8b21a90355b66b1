import { useState } from 'react'
import { Button, IconButton } from '../components/button.tsx'
import { ChangeButton } from '../components/change-button.tsx'
import { formatClock, formatCountdown, formatCount } from '../lib/format.ts'
import { useConnection, usePanel, useQueue, useSystem } from '../lib/panel-context.tsx'
import { useWallClock } from '../lib/use-now.ts'
import { ChangedBanner, ReadOnlyBanner } from './read-only-banner.tsx'
import { Strip } from './strip.tsx'
import { usePauseToggle } from './use-pause.ts'
import { useQueueTry } from './use-queue-try.ts'

function LineLost() {
  const { tryNow } = usePanel()
  const lostAt = useConnection((state) => state.lostAt)
  const nextTryAt = useConnection((state) => state.nextTryAt)
  const asOf = useConnection((state) => state.asOf)
  const now = useWallClock()
  const since = asOf === undefined ? 'The runner cannot be reached.' : `Connection lost at ${formatClock(lostAt)}.`
  return (
    <Strip tone="off" icon="connections">
      <span>
        <b>{since}</b> {/* The countdown is not read out: the alert would repeat every second. */}
        <span aria-hidden="true">
          {nextTryAt === undefined || nextTryAt <= now
            ? 'Trying again.'
            : `Trying again in ${formatCountdown(nextTryAt - now)}.`}
        </span>
        {asOf !== undefined && ' What you see is from then.'}
      </span>
      <Button size="sm" onClick={tryNow}>
        Try now
      </Button>
    </Strip>
  )
}

/** The runner has lost the queue; it tries again by itself. */
function QueueLost() {
  const lostAt = useQueue((queue) => queue?.connection.since)
  const reason = useQueue((queue) => queue?.connection.message)
  const nextTryAt = useQueue((queue) => queue?.connection.nextTryAt)
  const clockOffsetMs = useConnection((state) => state.clockOffsetMs)
  const { tryNow, trying } = useQueueTry()
  const now = useWallClock()
  const leftMs = nextTryAt === undefined ? 0 : Date.parse(nextTryAt) - clockOffsetMs - now
  return (
    <Strip tone="off" icon="database">
      <span>
        <b>Connection lost at {formatClock(lostAt)}.</b> {/* Not read out: the alert would repeat every second. */}
        <span aria-hidden="true">
          {trying || leftMs <= 0 ? 'Trying again.' : `Trying again in ${formatCountdown(leftMs)}.`}
        </span>{' '}
        {reason}
      </span>
      <Button size="sm" onClick={tryNow} disabledReason={trying ? 'Trying' : undefined}>
        Try now
      </Button>
    </Strip>
  )
}

function Paused() {
  const counts = useQueue((queue) => queue?.counts)
  const resume = usePauseToggle()
  return (
    <Strip tone="warn" icon="pause">
      <span>
        <b>Paused.</b> {formatCount(counts?.active)} {counts?.active === 1 ? 'job goes' : 'jobs go'} on,{' '}
        {formatCount(counts?.waiting)} {counts?.waiting === 1 ? 'waits' : 'wait'}.
      </span>
      <ChangeButton size="sm" onClick={resume}>
        Resume
      </ChangeButton>
    </Strip>
  )
}

/** At most one, the worst first: offline, paused, changes allowed, read-only or no jobs taken, changed, a notice of the runner. */
export function Banner() {
  const line = useConnection((state) => state.line)
  const queueState = useQueue((queue) => queue?.connection.state)
  const paused = useQueue((queue) => queue?.paused ?? false)
  const heldBack = useSystem((system) => system?.profile.readOnly === true || system?.profile.takesNoJobs === true)
  const changed = useSystem((system) => system?.profile.changed === true)
  const notices = useSystem((system) => system?.notices)
  const [read, setRead] = useState<readonly string[]>([])
  const notice = notices?.find((one) => !read.includes(one.code + one.message))

  if (line === 'offline' || line === 'reconnecting') return <LineLost />
  if (queueState === 'offline' || queueState === 'reconnecting') return <QueueLost />
  if (paused) return <Paused />
  if (heldBack) return <ReadOnlyBanner />
  if (changed) return <ChangedBanner />
  if (notice === undefined) return null
  return (
    <Strip tone="note" icon="warn">
      <span>{notice.message}</span>
      <IconButton size="sm" icon="x" label="Close" onClick={() => setRead([...read, notice.code + notice.message])} />
    </Strip>
  )
}
