import type { JobSummary } from '../../../electron/contract/job.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { formatCount, plural } from '../../lib/format.ts'
import { canCancel, canRemove, canRetry } from '../job-actions/use-job-actions.ts'
import { useMass } from '../job-actions/use-mass.ts'

/** `Retry`, or how many of the picked ones it is possible for: `Retry 3 of 5`. */
function label(verb: string, possible: number, all: number): string {
  return possible === all ? verb : `${verb} ${formatCount(possible)} of ${formatCount(all)}`
}

/** What can be done with the picked jobs; docked below the list, so that it never covers a row. */
export function BulkBar({
  jobs,
  matching,
  onPickAll,
  onClear,
}: {
  jobs: readonly JobSummary[]
  /** How many match the view, shown or not. */
  matching: string
  onPickAll(): void
  onClear(): void
}) {
  const startMass = useMass()
  const retryable = jobs.filter(canRetry)
  const cancellable = jobs.filter(canCancel)
  const removable = jobs.filter(canRemove)
  return (
    <div className="bulk" role="toolbar" aria-label={`${plural(jobs.length, 'job')} selected`}>
      <span className="bulk-n">
        <b className="num">{formatCount(jobs.length)}</b> selected
      </span>
      <Button size="sm" variant="quiet" onClick={onPickAll}>
        Select all {matching} that match
      </Button>
      <span className="sep" />
      {retryable.length > 0 && (
        <ChangeButton
          size="sm"
          variant="quiet"
          icon="retry"
          onClick={() => startMass({ kind: 'picked', action: 'retry', jobs: retryable })}
        >
          {label('Retry', retryable.length, jobs.length)}
        </ChangeButton>
      )}
      {cancellable.length > 0 && (
        <ChangeButton
          size="sm"
          variant="quiet"
          icon="cancel"
          onClick={() => startMass({ kind: 'picked', action: 'cancel', jobs: cancellable })}
        >
          {label('Cancel', cancellable.length, jobs.length)}
        </ChangeButton>
      )}
      <span className="hide-s">
        <CopyButton text={jobs.map((job) => job.id).join('\n')}>Copy ids</CopyButton>
      </span>
      {removable.length > 0 && (
        <ChangeButton
          size="sm"
          variant="quiet"
          icon="trash"
          onClick={() => startMass({ kind: 'picked', action: 'remove', jobs: removable })}
        >
          {label('Remove', removable.length, jobs.length)}…
        </ChangeButton>
      )}
      <IconButton size="sm" icon="x" label="Clear selection" onClick={onClear} />
    </div>
  )
}
