import { Menu } from '@mantine/core'
import { Link, useLocation } from 'wouter'
import { isFinished, type Job } from '../../../electron/contract/job.ts'
import { Button, buttonClass, IconButton } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { CopyIcon } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { Meter } from '../../components/meter.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatCountdown, formatDuration, formatId, formatPercent, localizeTimes } from '../../lib/format.ts'
import { glyphOfJob } from '../../lib/glyphs.ts'
import { usePanel, usePreferences, useThreads } from '../../lib/panel-context.tsx'
import { useStopping } from '../../lib/stopping.ts'
import { useNow } from '../../lib/use-now.ts'
import { useJobActions } from '../job-actions/use-job-actions.ts'
import { useMass } from '../job-actions/use-mass.ts'
import { describeProgress, progressRatio } from '../jobs/row-words.ts'
import { timeLeft } from './attempt-spans.ts'

function useRunningThread(id: string) {
  return useThreads((threads) => threads?.find((thread) => thread.job?.id === id))
}

function ProgressLine({ job }: { job: Job }) {
  const now = useNow(1000)
  const ratio = progressRatio(job.progress)
  const words = describeProgress(job.progress)
  const attempt = job.attempts.at(-1)
  const running = job.state === 'active'
  if (!running || (ratio === undefined && words === undefined) || attempt === undefined) return null
  const left = timeLeft(ratio, Date.parse(attempt.startedAt), now)
  return (
    <div className="d-prog">
      <div className="d-pl">
        {ratio !== undefined && <b className="num">{formatPercent(ratio)}</b>}
        <span className="cut">{words === formatPercent(ratio) ? '' : words}</span>
        <span className="grow" />
        {left !== undefined && (
          <span className="dim d-left">about {formatDuration(Math.ceil(left / 1000) * 1000)} left</span>
        )}
      </div>
      {ratio !== undefined && <Meter big value={ratio} label={`${job.type} progress`} />}
    </div>
  )
}

/** Why it is not running, or how it ended, in a sentence. */
function StandLine({ job }: { job: Job }) {
  if (job.state === 'active' || job.state === 'completed') return null
  const text = job.waitingReason?.message ?? job.error?.message
  if (text === undefined) return null
  return <p className={job.state === 'failed' ? 'd-stand t-failed' : 'd-stand'}>{localizeTimes(text)}</p>
}

function StopButtons({ job }: { job: Job }) {
  const { stores } = usePanel()
  const actions = useJobActions()
  const thread = useRunningThread(job.id)
  const attempt = job.attempts.at(-1)
  const inline = attempt?.executor === 'inline'
  const askToKill = (): void =>
    stores.ui.setState({
      question: {
        kind: 'kill',
        id: job.id,
        type: job.type,
        thread: attempt?.thread,
        since: attempt?.startedAt,
        blocked: thread?.state === 'blocked',
      },
    })
  const asked = useStopping(job) !== undefined
  return (
    <>
      {job.waitingReason?.code === 'ALL_THREADS_BUSY' && (
        <Button size="sm" aria-keyshortcuts="w" onClick={() => stores.ui.setState({ whyId: job.id })}>
          Why?
        </Button>
      )}
      {!asked && (
        <ChangeButton
          size="sm"
          variant="danger"
          icon="cancel"
          aria-keyshortcuts="c"
          onClick={() => actions.cancel(job)}
        >
          Cancel
        </ChangeButton>
      )}
      {!inline && (asked || thread?.state === 'blocked') && (
        <ChangeButton size="sm" variant="danger" onClick={askToKill}>
          Kill now…
        </ChangeButton>
      )}
    </>
  )
}

/** What Cancel will do, and once asked, what comes next. */
function Hint({ job }: { job: Job }) {
  const graceMs = usePreferences((preferences) => preferences?.cancel.graceMs)
  const stopping = useStopping(job)
  const now = useNow(500)
  if (job.state !== 'active') return null
  if (stopping !== undefined) {
    return (
      <span className="d-hint t-retry">
        {stopping.killAt === undefined
          ? localizeTimes(job.waitingReason?.message ?? 'Asked to stop.')
          : `Asked to stop. Kill in ${formatCountdown(stopping.killAt - now)}.`}
      </span>
    )
  }
  if (job.attempts.at(-1)?.executor === 'inline') {
    return <span className="d-hint">Asks to stop; inline jobs cannot be killed</span>
  }
  return graceMs === undefined ? null : (
    <span className="d-hint">Asks first, kills after {formatCountdown(graceMs)}</span>
  )
}

function Actions({ job }: { job: Job }) {
  const { stores } = usePanel()
  const actions = useJobActions()
  const startMass = useMass()
  const thread = useRunningThread(job.id)
  const finished = isFinished(job.state)
  return (
    <div className="d-act">
      {job.state === 'active' ? (
        <StopButtons job={job} />
      ) : finished ? (
        <ChangeButton size="sm" icon="retry" aria-keyshortcuts="r" onClick={() => actions.retry(job)}>
          Retry
        </ChangeButton>
      ) : (
        <>
          <ChangeButton
            size="sm"
            variant="danger"
            icon="cancel"
            aria-keyshortcuts="c"
            onClick={() => actions.cancel(job)}
          >
            Cancel
          </ChangeButton>
          <Button size="sm" aria-keyshortcuts="w" onClick={() => stores.ui.setState({ whyId: job.id })}>
            Why?
          </Button>
          {job.state === 'delayed' && (
            <ChangeButton size="sm" icon="play" onClick={() => actions.promote(job)}>
              Run now
            </ChangeButton>
          )}
        </>
      )}
      <Link
        className={buttonClass('default', 'sm')}
        href={`/enqueue/${encodeURIComponent(job.type)}?from=${encodeURIComponent(job.id)}`}
      >
        <Icon name="code" />
        Edit and rerun
      </Link>
      {thread !== undefined && (
        <Link className={buttonClass('default', 'sm')} href="/threads">
          <Icon name="threads" />
          Thread {thread.id}
        </Link>
      )}
      {job.state !== 'active' && (
        <ChangeButton
          size="sm"
          variant="quiet"
          icon="trash"
          onClick={() => startMass({ kind: 'picked', action: 'remove', jobs: [job] })}
        >
          Remove…
        </ChangeButton>
      )}
      <span className="grow" />
      <Hint job={job} />
    </div>
  )
}

/** What it is, how far it is, and what can be done about it. */
export function DetailHeader({
  job,
  full,
  onPrevious,
  onNext,
  onResize,
  onClose,
}: {
  job: Job
  full: boolean
  onPrevious?: (() => void) | undefined
  onNext?: (() => void) | undefined
  onResize: (() => void) | undefined
  onClose(): void
}) {
  const [, navigate] = useLocation()
  const blocked = useRunningThread(job.id)?.state === 'blocked'
  const cancelling = useStopping(job) !== undefined
  const link = `${window.location.origin}/jobs/${encodeURIComponent(job.id)}`
  return (
    <div className="d-head">
      <div className="d-top">
        <StateGlyph name={blocked ? 'blocked' : cancelling ? 'cancelling' : glyphOfJob(job)} />
        <h2 className="cut">{job.type}</h2>
        <span className="mono d-id" title={job.id}>
          {formatId(job.id)}
        </span>
        <CopyIcon text={job.id} label={`Copy id ${job.id}`} />
        <span className="grow" />
        {!full && (
          <>
            <IconButton size="sm" icon="down" flip label="Previous job, K" onClick={onPrevious} />
            <IconButton size="sm" icon="down" label="Next job, J" onClick={onNext} />
          </>
        )}
        {onResize !== undefined && (
          <IconButton size="sm" icon="expand" label={full ? 'Beside the list' : 'Full page'} onClick={onResize} />
        )}
        <Menu position="bottom-end">
          <Menu.Target>
            <button type="button" className="icon-btn sm" aria-label="More actions">
              <Icon name="more" />
            </button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<Icon name="copy" />}
              onClick={() => void navigator.clipboard.writeText(JSON.stringify(job, null, 2)).catch(() => undefined)}
            >
              Copy job as JSON
            </Menu.Item>
            <Menu.Item
              leftSection={<Icon name="connections" />}
              onClick={() => void navigator.clipboard.writeText(link).catch(() => undefined)}
            >
              Copy link
            </Menu.Item>
            <Menu.Item
              leftSection={<Icon name="filter" />}
              onClick={() => navigate(`/jobs?type=${encodeURIComponent(job.type)}`)}
            >
              Show all {job.type}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <IconButton size="sm" icon="x" label="Close" onClick={onClose} />
      </div>
      <ProgressLine job={job} />
      <StandLine job={job} />
      <Actions job={job} />
    </div>
  )
}
