import { useState } from 'react'
import { Link } from 'wouter'
import type { JobType } from '../../../electron/contract/job-type.ts'
import { Icon } from '../../components/icon.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { useRunners } from '../../lib/panel-context.tsx'
import { groupTypes } from './type-groups.ts'

/** What is said of a type in one line: its title, or what it does. */
function subtitle(type: JobType): string {
  return type.title === type.name ? (type.description ?? '') : type.title
}

function TypeItems({ types, current }: { types: readonly JobType[]; current: string | undefined }) {
  const runners = useRunners((value) => value)
  return (
    <ul className="e-l">
      {types.map((type) => {
        const noRunner = runners !== undefined && !runners.some((runner) => runner.jobTypes.includes(type.name))
        return (
          <li key={type.name}>
            <Link
              href={`/enqueue/${encodeURIComponent(type.name)}`}
              title={type.description ?? type.title}
              aria-current={type.name === current ? 'true' : undefined}
            >
              <span className="cut">
                <b className="mono cut">{type.name}</b>
                <small className="cut">{subtitle(type)}</small>
              </span>
              {noRunner && (
                <span className="tag failed">
                  <StateGlyph name="nohandler" label={false} />
                  No runner
                </span>
              )}
            </Link>
          </li>
        )
      })}
    </ul>
  )
}

/** All job types, the recent ones first, with a box to find one. */
export function TypeList({
  types,
  recent,
  current,
}: {
  types: readonly JobType[]
  recent: readonly string[]
  current: string | undefined
}) {
  const [search, setSearch] = useState('')
  const groups = groupTypes(types, recent, search)
  return (
    <>
      <div className="e-s">
        <span className="input sm">
          <Icon name="search" className="sm" />
          <input
            type="search"
            aria-label="Find a job type"
            placeholder="Find a type"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
          />
        </span>
      </div>
      <div className="e-lists scroll">
        {groups.recent.length > 0 && (
          <>
            <h2 className="side-h">Recent</h2>
            <TypeItems types={groups.recent} current={current} />
          </>
        )}
        {groups.others.length > 0 && (
          <>
            <h2 className="side-h">
              {groups.recent.length > 0 ? `Others, ${groups.others.length}` : `All, ${groups.others.length}`}
            </h2>
            <TypeItems types={groups.others} current={current} />
          </>
        )}
        {groups.recent.length + groups.others.length === 0 && (
          <p className="e-none">No type matches “{search.trim()}”.</p>
        )}
      </div>
    </>
  )
}
