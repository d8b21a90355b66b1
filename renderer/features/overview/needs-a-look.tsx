import { useMemo, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { JobTypeProblem } from '../../../electron/contract/job-type.ts'
import type { JobSummary } from '../../../electron/contract/job.ts'
import type { Thread } from '../../../electron/contract/runner.ts'
import { Icon } from '../../components/icon.tsx'
import { Skeleton } from '../../components/region-states.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatCount, formatElapsed } from '../../lib/format.ts'
import { useJobs, useThreads } from '../../lib/panel-context.tsx'
import { useJobTypes } from '../../lib/use-job-types.ts'
import type { ErrorGroup } from './error-groups.ts'
import { groupWaiting } from './waiting-groups.ts'

interface Look {
  key: string
  icon: ReactNode
  title: string
  note: ReactNode
  href: string
  label: string
}

/** From this share on a thread is near its heap limit. */
export const heapWarnFrom = 0.85

function ofThread(thread: Thread): Look[] {
  const looks: Look[] = []
  if (thread.state === 'blocked') {
    looks.push({
      key: `blocked ${thread.id}`,
      icon: <StateGlyph name="blocked" label={false} />,
      title: `${thread.id} has not answered for ${formatElapsed(thread.blockedMs)}`,
      note: (
        <>
          <span className="mono">{thread.job?.type}</span> holds its event loop
        </>
      ),
      href: '/threads',
      label: `Open thread ${thread.id}`,
    })
  }
  const { heapBytes, heapLimitBytes } = thread
  if (heapBytes !== undefined && heapLimitBytes !== undefined && heapBytes >= heapWarnFrom * heapLimitBytes) {
    const mb = (bytes: number): number => Math.round(bytes / 2 ** 20)
    looks.push({
      key: `heap ${thread.id}`,
      icon: <Icon name="chart" className="t-retry sm" />,
      title: `${thread.id} is near its heap limit`,
      note: (
        <>
          <span className="mono">{thread.job?.type ?? 'It'}</span> uses {mb(heapBytes)} of {mb(heapLimitBytes)} MB
        </>
      ),
      href: '/threads',
      label: `Open thread ${thread.id}`,
    })
  }
  return looks
}

function ofErrors(groups: readonly ErrorGroup[]): Look[] {
  return groups.slice(0, 4).map((group) => ({
    key: `error ${group.type} ${group.message}`,
    icon: <StateGlyph name="failed" label={false} />,
    title: group.count === 1 ? `${group.type} failed` : `${formatCount(group.count)} failures share one error`,
    note:
      group.count === 1 ? (
        group.message
      ) : (
        <>
          <span className="mono">{group.type}</span>: {group.message}
        </>
      ),
    href: `/jobs?state=failed&type=${encodeURIComponent(group.type)}`,
    label: `Show failed ${group.type} jobs`,
  }))
}

function ofUnknownTypes(rows: Iterable<JobSummary>): Look[] {
  return groupWaiting(rows, 0)
    .filter((group) => group.kind === 'NO_RUNNER_FOR_TYPE')
    .map((group) => ({
      key: `unknown ${group.type ?? ''}`,
      icon: <StateGlyph name="nohandler" label={false} />,
      title: group.count === 1 ? '1 job has no runner' : `${formatCount(group.count)} jobs have no runner`,
      note: (
        <>
          No runner knows <span className="mono">{group.type}</span>
        </>
      ),
      href: `/jobs?state=waiting&type=${encodeURIComponent(group.type ?? '')}`,
      label: `Show waiting ${group.type ?? ''} jobs`,
    }))
}

function ofProblems(problems: readonly JobTypeProblem[]): Look[] {
  return problems.map((problem) => ({
    key: `file ${problem.file}`,
    icon: <Icon name="file" className="t-retry sm" />,
    title: `${problem.file.split(/[\\/]/).at(-1) ?? problem.file} cannot be used`,
    note: problem.line === undefined ? problem.message : `Line ${problem.line}: ${problem.message}`,
    href: '/preferences',
    label: `Open Preferences for ${problem.file}`,
  }))
}

/** What a person should look at, worst first; empty when all is well. */
export function NeedsALook({ errors }: { errors: readonly ErrorGroup[] | undefined }) {
  const threads = useThreads((list) => list)
  const rows = useJobs((jobs) => jobs.rows)
  const problems = useJobTypes().value?.problems
  const looks = useMemo(
    () => [
      ...(threads ?? []).flatMap(ofThread),
      ...ofErrors(errors ?? []),
      ...ofUnknownTypes(rows.values()),
      ...ofProblems(problems ?? []),
    ],
    [threads, errors, rows, problems],
  )
  return (
    <section className="card" aria-labelledby="h-att">
      <div className="card-h">
        <h2 id="h-att">Needs a look</h2>
        {looks.length > 0 && <div className="right num">{looks.length}</div>}
      </div>
      {looks.length === 0 && errors === undefined ? (
        <Skeleton rows={2} />
      ) : looks.length === 0 ? (
        <p className="ov-none">Nothing. No thread is blocked, and nothing failed in this time.</p>
      ) : (
        <ul className="att">
          {looks.map((look) => (
            <li key={look.key}>
              {look.icon}
              <div>
                <b>{look.title}</b>
                <span>{look.note}</span>
              </div>
              <Link href={look.href} aria-label={look.label}>
                <Icon name="right" className="dim" />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
