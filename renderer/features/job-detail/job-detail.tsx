import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useSearch } from 'wouter'
import type { Job } from '../../../electron/contract/job.ts'
import { isFinished } from '../../../electron/contract/job.ts'
import { IconButton } from '../../components/button.tsx'
import { JsonView } from '../../components/json-view.tsx'
import { Empty, ErrorRegion, Skeleton } from '../../components/region-states.tsx'
import { formatCompact, formatId } from '../../lib/format.ts'
import { useJobRow, usePanel, usePreferences } from '../../lib/panel-context.tsx'
import { useInspection } from '../inspect/use-inspection.ts'
import { WhereItIs } from '../inspect/where-it-is.tsx'
import { AttemptsTab } from './attempts-tab.tsx'
import { DetailHeader } from './detail-header.tsx'
import { LiveFigures } from './live-figures.tsx'
import { LogsPanel } from './logs-panel.tsx'
import { useJob, type FollowedJob } from './use-job.ts'
import '../../components/json-view.css'
import './attempts.css'
import './logs.css'
import './job-detail.css'

const tabs = ['attempts', 'logs', 'input', 'result', 'options'] as const
type Tab = (typeof tabs)[number]
const tabLabels: Record<Tab, string> = {
  attempts: 'Attempts',
  logs: 'Logs',
  input: 'Input',
  result: 'Result',
  options: 'Options',
}

function readTab(search: string): Tab {
  const wanted = new URLSearchParams(search).get('tab')
  return tabs.find((tab) => tab === wanted) ?? 'attempts'
}

function Tabs({ tab, counts, onSelect }: { tab: Tab; counts: Partial<Record<Tab, number>>; onSelect(tab: Tab): void }) {
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (tabs.indexOf(tab) + step + tabs.length) % tabs.length
    onSelect(tabs[next] ?? 'attempts')
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus()
  }
  return (
    <div className="tabs" role="tablist" aria-label="Job sections" onKeyDown={onKeyDown}>
      {tabs.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          id={`tab-${one}`}
          aria-selected={one === tab}
          aria-controls="job-tab"
          tabIndex={one === tab ? 0 : -1}
          onClick={() => onSelect(one)}
        >
          {tabLabels[one]}
          {(counts[one] ?? 0) > 0 && <span className="num">{formatCompact(counts[one])}</span>}
        </button>
      ))}
    </div>
  )
}

function Result({ job }: { job: Job }) {
  if (job.result !== undefined) return <JsonView value={job.result} label="Result" />
  return (
    <div className="middle">
      <Empty icon="file" title={isFinished(job.state) ? 'There is no result' : 'Not there yet'}>
        {job.state === 'completed'
          ? 'The job returned nothing.'
          : isFinished(job.state)
            ? 'Only a job that completed has one.'
            : 'It is shown as soon as the job has completed.'}
      </Empty>
    </div>
  )
}

/** Of a running job, and of one that was looked at from here while it ran. */
function Look({ job }: { job: Job }) {
  const { sample, profile } = useInspection(job.id)
  const running = job.state === 'active' && job.attempts.at(-1)?.finishedAt === undefined && job.attempts.length > 0
  if (!running && sample === undefined && profile === undefined) return null
  return (
    <div className="d-look">
      <WhereItIs id={job.id} attempt={job.attempts.at(-1)} running={running} />
    </div>
  )
}

function TabBody({ tab, followed, job }: { tab: Tab; followed: FollowedJob; job: Job }) {
  const defaults = usePreferences((preferences) => preferences?.queue.attempts ?? 1)
  const maxAttempts = useJobRow(job.id)?.maxAttempts ?? job.options.attempts ?? defaults
  const logs = <LogsPanel lines={followed.lines} dropped={followed.dropped} live={!isFinished(job.state)} />
  switch (tab) {
    case 'attempts':
      return (
        <>
          <Look job={job} />
          <AttemptsTab job={job} maxAttempts={maxAttempts} />
          {(followed.lines.length > 0 || job.state === 'active') && logs}
        </>
      )
    case 'logs':
      return logs
    case 'input':
      return <JsonView value={job.input} label="Input" />
    case 'result':
      return <Result job={job} />
    case 'options':
      return <JsonView value={job.options} label="Options" />
  }
}

/** One job, live: beside the list, or on the full page. */
export function JobDetail({
  id,
  full,
  onPrevious,
  onNext,
  onResize,
  onClose,
}: {
  id: string
  full: boolean
  onPrevious?: (() => void) | undefined
  onNext?: (() => void) | undefined
  /** To the full page and back; left out where there is room for one of them only. */
  onResize: (() => void) | undefined
  onClose(): void
}) {
  const search = useSearch()
  const [tab, setTab] = useState<Tab>(() => readTab(search))
  const followed = useJob(id)
  const panel = useRef<HTMLElement>(null)
  const { stores } = usePanel()
  const { job, error } = followed
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return
    const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select') !== null
    if (event.key === 'w' && !typing && !event.metaKey && !event.ctrlKey && !event.altKey) {
      stores.ui.setState({ whyId: id })
      event.preventDefault()
      return
    }
    if (event.key === 'Escape') onClose()
  }
  useEffect(() => {
    // The list it was opened from is gone, and the focus with it.
    if (full && document.activeElement === document.body) panel.current?.focus()
  }, [full])
  return (
    <aside
      ref={panel}
      className={full ? 'detail full' : 'detail'}
      tabIndex={-1}
      aria-label={`Job ${id}`}
      onKeyDown={onKeyDown}
    >
      {job === undefined ? (
        <>
          <div className="d-top d-alone">
            <span className="mono d-id" title={id}>
              {formatId(id)}
            </span>
            <span className="grow" />
            <IconButton size="sm" icon="x" label="Close" onClick={onClose} />
          </div>
          {error === undefined ? (
            <Skeleton rows={6} />
          ) : (
            <div className="middle">
              <ErrorRegion
                title={
                  error.code === 'JOB_NOT_FOUND'
                    ? `There is no job ${formatId(id)}`
                    : `${formatId(id)} could not be read`
                }
                error={error}
                onRetry={followed.reload}
              />
            </div>
          )}
        </>
      ) : (
        <>
          <DetailHeader
            job={job}
            full={full}
            onPrevious={onPrevious}
            onNext={onNext}
            onResize={onResize}
            onClose={onClose}
          />
          {job.state === 'active' && <LiveFigures job={job} />}
          <Tabs tab={tab} counts={{ attempts: job.attempts.length, logs: followed.lines.length }} onSelect={setTab} />
          <div id="job-tab" className="d-body scroll" role="tabpanel" aria-labelledby={`tab-${tab}`}>
            <TabBody tab={tab} followed={followed} job={job} />
          </div>
        </>
      )}
    </aside>
  )
}
