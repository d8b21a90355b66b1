import { Link } from 'wouter'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { counted } from '../../components/words.ts'
import { useClient, useUi } from '../../lib/panel-context.tsx'
import { ProblemItems } from '../enqueue/folder-problems.tsx'
import { useLoaded } from '../enqueue/use-loaded.ts'

/** What the runner found in the jobs folder; read again whenever that changes. */
export function FolderState() {
  const client = useClient()
  const version = useUi((ui) => ui.jobTypesVersion)
  const { value } = useLoaded(`types ${version}`, (signal) => client.jobTypes.list(undefined, { signal }))
  if (value === undefined) return null
  const { problems } = value
  const found = value.jobTypes.filter(({ source }) => source === 'folder').length
  if (found + problems.length === 0) return null
  return (
    <div className="ps-found">
      <p className="row">
        <StateGlyph name={problems.length === 0 ? 'done' : 'failed'} label={false} />
        <span>
          {counted(found, 'job type')} found{problems.length > 0 && `, ${counted(problems.length, 'problem')}`}
        </span>
        <span className="grow" />
        {found > 0 && (
          <Link className="link" href="/enqueue">
            Enqueue one
          </Link>
        )}
      </p>
      {problems.length > 0 && <ProblemItems problems={problems} />}
    </div>
  )
}
