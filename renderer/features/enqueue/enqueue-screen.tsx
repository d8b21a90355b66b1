import { useRef } from 'react'
import { Link, Redirect, useSearchParams } from 'wouter'
import type { JobType } from '../../../electron/contract/job-type.ts'
import { buttonClass } from '../../components/button.tsx'
import { Empty, ErrorRegion, Skeleton } from '../../components/region-states.tsx'
import type { Draft } from '../../components/schema-form/draft.ts'
import { useClient, useUi } from '../../lib/panel-context.tsx'
import { EnqueueEditor, startingDraft } from './enqueue-editor.tsx'
import { FolderProblems } from './folder-problems.tsx'
import { recentTypes } from './recent-types.ts'
import { TypeList } from './type-list.tsx'
import { useLoaded } from './use-loaded.ts'
import './enqueue.css'

/** Writes a job and enqueues it. `from` is the id of a job to edit and run again; `?from=` says the same. */
export function EnqueueScreen({ type, from }: { type?: string | undefined; from?: string | undefined }) {
  const client = useClient()
  const version = useUi((ui) => ui.jobTypesVersion)
  const [search] = useSearchParams()
  const fromId = from ?? search.get('from') ?? undefined
  const catalog = useLoaded(`types ${version}`, (signal) => client.jobTypes.list(undefined, { signal }))
  const source = useLoaded(fromId, (signal) => client.jobs.get({ id: fromId ?? '' }, { signal }))
  const drafts = useRef(new Map<string, Draft>())
  // The catalog is read again while the screen is open; what is being written stays.
  const known = useRef(catalog.value)
  if (catalog.value !== undefined) known.current = catalog.value
  const list = known.current

  if (list === undefined) {
    return (
      <div className="e-middle">
        {catalog.error === undefined ? (
          <Skeleton label="Reading the job types" rows={6} />
        ) : (
          <ErrorRegion title="The job types could not be read" error={catalog.error} onRetry={catalog.reload} />
        )}
      </div>
    )
  }
  const types = list.jobTypes
  const recent = recentTypes(localStorage)
  const current = type ?? source.value?.type
  if (current === undefined && fromId === undefined) {
    const first =
      types.find(({ name }) => name === recent[0]) ?? types.toSorted((a, b) => a.name.localeCompare(b.name, 'en'))[0]
    if (first !== undefined) return <Redirect to={`/enqueue/${encodeURIComponent(first.name)}`} replace />
  }
  const chosen = types.find(({ name }) => name === current)

  return (
    <div className="enq">
      <aside className="e-types" aria-label="Job types">
        <div className="head">
          <h1>Enqueue</h1>
        </div>
        <TypeList types={types} recent={recent} current={current} />
        <FolderProblems problems={list.problems} />
      </aside>
      <Chosen
        // A job that is edited comes with its own input, and another one with another.
        key={`${current ?? ''} ${fromId ?? ''} ${source.value?.id ?? ''}`}
        type={chosen}
        name={current}
        empty={types.length === 0}
        fromId={fromId}
        source={source}
        drafts={drafts.current}
      />
    </div>
  )
}

function Chosen({
  type,
  name,
  empty,
  fromId,
  source,
  drafts,
}: {
  type: JobType | undefined
  name: string | undefined
  empty: boolean
  fromId: string | undefined
  source: ReturnType<typeof useLoaded<Awaited<ReturnType<ReturnType<typeof useClient>['jobs']['get']>>>>
  drafts: Map<string, Draft>
}) {
  if (fromId !== undefined && source.value === undefined) {
    return (
      <div className="e-middle wide">
        {source.error === undefined ? (
          <Skeleton label="Reading the job" />
        ) : (
          <ErrorRegion title={`Job #${fromId} could not be read`} error={source.error} onRetry={source.reload} />
        )}
      </div>
    )
  }
  if (type === undefined) {
    return (
      <div className="e-middle wide">
        {empty ? (
          <Empty
            icon="folder"
            title="No job types yet"
            actions={
              <Link href="/preferences" className={buttonClass('default', 'sm')}>
                Choose a jobs folder
              </Link>
            }
          >
            A job type is one file, named like resize-images.job.ts.
          </Empty>
        ) : (
          <Empty icon="search" title={`No runner handles ${name ?? 'this type'}`}>
            Its file may have been renamed or moved. Choose another type on the left.
          </Empty>
        )}
      </div>
    )
  }
  const from = fromId === undefined ? undefined : source.value
  return (
    <EnqueueEditor
      type={type}
      from={from}
      initial={(from === undefined ? drafts.get(type.name) : undefined) ?? startingDraft(type, from)}
      onLeave={(draft) => {
        if (from === undefined) drafts.set(type.name, draft)
      }}
    />
  )
}
