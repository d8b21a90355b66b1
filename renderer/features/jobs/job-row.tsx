import { memo, type MouseEvent } from 'react'
import type { JobSummary } from '../../../electron/contract/job.ts'
import { Clock } from '../../components/clock.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { Icon } from '../../components/icon.tsx'
import { Meter } from '../../components/meter.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { useElsewhere } from '../../lib/elsewhere.ts'
import { formatCountdown, formatDuration, formatHour, formatId } from '../../lib/format.ts'
import { glyphOfJob, type GlyphName } from '../../lib/glyphs.ts'
import { useThreads } from '../../lib/panel-context.tsx'
import { useStopping } from '../../lib/stopping.ts'
import { useNow } from '../../lib/use-now.ts'
import { describeRow, progressRatio } from './row-words.ts'

function LastColumn({ job }: { job: JobSummary }) {
  switch (job.state) {
    case 'active':
      return <Elapsed since={job.startedAt ?? job.createdAt} />
    case 'waiting':
    case 'waiting-children':
      return <Elapsed since={job.createdAt} />
    case 'delayed':
      return <Clock time={job.createdAt} format={formatHour} />
    case 'completed':
      return job.startedAt === undefined || job.finishedAt === undefined ? (
        <>–</>
      ) : (
        <>{formatDuration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}</>
      )
    default:
      return <Clock time={job.finishedAt} format={formatHour} />
  }
}

function StopCountdown({ killAt }: { killAt: number | undefined }) {
  const now = useNow(500)
  return (
    <span className="cut t-retry">
      {killAt === undefined ? 'Asked to stop' : `Asked to stop. Kill in ${formatCountdown(killAt - now)}`}
    </span>
  )
}

function RowInfo({ job }: { job: JobSummary }) {
  const thread = useThreads((list) =>
    job.state === 'active' ? list?.find((one) => one.job?.id === job.id) : undefined,
  )
  const stopping = useStopping(job)
  // Of a job that cannot be killed the runner says why.
  if (stopping !== undefined && (stopping.killAt !== undefined || job.waitingReason === undefined)) {
    return <StopCountdown killAt={stopping.killAt} />
  }
  const { text, tone } = describeRow(job, thread)
  const ratio = job.state === 'active' && tone === 'sec' ? progressRatio(job.progress) : undefined
  return (
    <>
      {ratio !== undefined && <Meter value={ratio} label="Progress" />}
      <span className={`cut ${tone}`}>{text}</span>
    </>
  )
}

/** The glyph, with what only the thread knows: a job whose thread is blocked. */
function useRowGlyph(job: JobSummary): GlyphName {
  const blocked = useThreads(
    (list) => job.state === 'active' && list?.some((one) => one.job?.id === job.id && one.state === 'blocked') === true,
  )
  const stopping = useStopping(job) !== undefined
  if (blocked) return 'blocked'
  return stopping ? 'cancelling' : glyphOfJob(job)
}

/** The thread it is on or was on; of another runner's threads, which have the same names, only that it is there. */
function ThreadOf({ job: { state, runner, thread } }: { job: JobSummary }) {
  const there = useElsewhere(runner, state === 'active')
  if (thread === undefined || (state !== 'active' && state !== 'completed')) return null
  if (there === undefined) return thread
  return (
    <span title={`On ${thread} of ${there}`}>
      <Icon name="runners" className="sm" />
      <span className="sr">
        On {thread} of {there}
      </span>
    </span>
  )
}

export const JobRow = memo(function JobRow({
  job,
  index,
  open,
  cursor,
  picked,
  onOpen,
  onPick,
}: {
  job: JobSummary
  /** 1-based place in the grid. */
  index: number
  open: boolean
  cursor: boolean
  picked: boolean
  onOpen(id: string): void
  onPick(id: string, range: boolean): void
}) {
  const glyph = useRowGlyph(job)
  const pick = (event: MouseEvent): void => {
    event.stopPropagation()
    onPick(job.id, event.shiftKey)
  }
  // The grid around it holds the focus and the keys: `aria-activedescendant` names the row.
  /* oxlint-disable jsx-a11y/click-events-have-key-events */
  return (
    <div
      id={`job-${job.id}`}
      role="row"
      aria-rowindex={index}
      aria-selected={picked || open}
      className={['jr', open ? 'on' : '', cursor ? 'cursor' : '', picked ? 'picked' : ''].filter(Boolean).join(' ')}
      onClick={(event) => (event.shiftKey || event.metaKey || event.ctrlKey ? pick(event) : onOpen(job.id))}
    >
      <span
        className="box"
        role="checkbox"
        aria-checked={picked}
        aria-label={`Select #${job.id}`}
        tabIndex={-1}
        onClick={pick}
      >
        <Icon name="check" />
      </span>
      <StateGlyph name={glyph} />
      <span className="jt cut" role="gridcell">
        <b>{job.type}</b>{' '}
        <span className="mono dim" title={job.id}>
          {formatId(job.id)}
        </span>
      </span>
      <span className="ji" role="gridcell">
        <RowInfo job={job} />
      </span>
      <span className="jth mono" role="gridcell">
        <ThreadOf job={job} />
      </span>
      <span className="jel num" role="gridcell">
        <LastColumn job={job} />
      </span>
    </div>
  )
})
