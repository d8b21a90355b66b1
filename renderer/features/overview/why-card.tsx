import { useMemo, type ReactNode } from 'react'
import { Link } from 'wouter'
import { usePauseToggle } from '../../app/use-pause.ts'
import { buttonClass } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatClock, formatCount, formatDuration, localizeTimes } from '../../lib/format.ts'
import { useJobs, useQueue } from '../../lib/panel-context.tsx'
import { groupWaiting, waitingGlyphs, waitingTones, waitingTotal, type WaitingGroup } from './waiting-groups.ts'

function titleOf(group: WaitingGroup): ReactNode {
  switch (group.kind) {
    case 'QUEUE_PAUSED':
      return 'The queue is paused'
    case 'DELAYED_UNTIL':
      return 'Set for later'
    case 'BACKING_OFF':
      return 'Waiting to retry'
    case 'NO_RUNNER_FOR_TYPE':
      return (
        <>
          No runner handles <span className="mono">{group.type}</span>
        </>
      )
    case 'NO_RUNNER':
      return 'No runner takes jobs'
    case 'RATE_LIMITED':
      return 'The rate limit is reached'
    case 'GLOBAL_CONCURRENCY':
      return 'As many run as the queue allows'
    case 'CONCURRENCY_LIMIT':
      return 'As many run as may at once'
    case 'ALL_THREADS_BUSY':
    case 'NEXT_IN_LINE':
      return 'All threads are busy'
    case 'WAITING_FOR_CHILDREN':
      return 'Waiting for children'
    case 'CANCELLING':
      return 'Asked to stop'
    case 'ABOUT_TO_START':
      return 'About to start'
    case 'LEFT_TO_OTHERS':
      return 'Left to other programs'
    case 'NOT_LOOKED_AT':
      return 'Further back in line'
  }
}

function noteOf(group: WaitingGroup, perMinute: number): string {
  switch (group.kind) {
    case 'CONCURRENCY_LIMIT':
    case 'ALL_THREADS_BUSY':
    case 'NEXT_IN_LINE':
      return perMinute > 0
        ? `Clears in about ${formatDuration((group.count / perMinute) * 60_000)} at this pace`
        : 'No job has finished in the last minute'
    case 'NO_RUNNER_FOR_TYPE':
    case 'NO_RUNNER':
      return `Since ${formatClock(group.since)}`
    case 'QUEUE_PAUSED':
      return 'Nothing starts until it is resumed'
    case 'LEFT_TO_OTHERS':
      return 'No runner of Toril takes them'
    case 'NOT_LOOKED_AT':
      return 'Only the first 200 are looked at one by one'
    default:
      return group.message === undefined ? `Since ${formatClock(group.since)}` : localizeTimes(group.message)
  }
}

function Action({ group, onResume }: { group: WaitingGroup; onResume(): void }) {
  const link = (href: string, label: string): ReactNode => (
    <Link href={href} className={buttonClass('default', 'sm')}>
      {label}
    </Link>
  )
  switch (group.kind) {
    case 'QUEUE_PAUSED':
      return (
        <ChangeButton size="sm" onClick={onResume}>
          Resume
        </ChangeButton>
      )
    case 'RATE_LIMITED':
    case 'CONCURRENCY_LIMIT':
      return link('/preferences?section=threads', 'Preferences')
    case 'ALL_THREADS_BUSY':
    case 'NEXT_IN_LINE':
      return link('/threads', 'Add threads')
    case 'NO_RUNNER_FOR_TYPE':
    case 'NO_RUNNER':
      return link('/runners', 'Runners')
    case 'DELAYED_UNTIL':
    case 'BACKING_OFF':
      return link('/jobs?state=delayed', 'Show')
    case 'WAITING_FOR_CHILDREN':
      return link('/jobs?state=waiting-children', 'Show')
    default:
      return link('/jobs?state=waiting', 'Show')
  }
}

/** Every job that is not running, by what it waits for. */
export function WhyCard() {
  const rows = useJobs((jobs) => jobs.rows)
  const total = useQueue((queue) => (queue === undefined ? 0 : waitingTotal(queue.counts)))
  const perMinute = useQueue((queue) => queue?.rates.completedPerMinute ?? 0)
  const resume = usePauseToggle()
  const groups = useMemo(() => groupWaiting(rows.values(), total), [rows, total])
  const shown = groups.slice(0, 5)
  const one = total === 1
  return (
    <section className="card why" aria-labelledby="h-why">
      <div className="card-h">
        <h2 id="h-why">
          {total === 0 ? 'No job is waiting' : `Why ${formatCount(total)} ${one ? 'job is' : 'jobs are'} not running`}
        </h2>
      </div>
      {total === 0 ? (
        <p className="ov-none">Every job that was enqueued runs or has finished.</p>
      ) : (
        <>
          <div className="why-bar" aria-hidden="true">
            {shown.map((group) => (
              <i
                key={`${group.kind} ${group.type ?? ''}`}
                className={waitingTones[group.kind]}
                style={{ flex: group.count }}
              />
            ))}
          </div>
          <ul className="why-l">
            {shown.map((group) => (
              <li key={`${group.kind} ${group.type ?? ''}`}>
                <StateGlyph name={waitingGlyphs[group.kind]} label={false} />
                <div>
                  <b>{titleOf(group)}</b>
                  <span>{noteOf(group, perMinute)}</span>
                </div>
                <span className="num">{formatCount(group.count)}</span>
                <Action group={group} onResume={resume} />
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
