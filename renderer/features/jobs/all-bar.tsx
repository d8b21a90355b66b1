import type { BatchAction } from '../../../electron/contract/batch.ts'
import { isFinished, type JobState } from '../../../electron/contract/job.ts'
import { IconButton } from '../../components/button.tsx'
import { ChangeButton } from '../../components/change-button.tsx'
import { matchingText, type StateCounts } from './state-counts.ts'

/** A running job has to be cancelled first. */
function canRemove(state: JobState): boolean {
  return state !== 'active'
}

/** What can be done with everything that matches, shown or not. */
export function AllBar({
  counts,
  states,
  onAct,
  onClear,
}: {
  counts: StateCounts
  /** The states the view is narrowed to; none: all. */
  states: readonly JobState[]
  onAct(action: BatchAction): void
  onClear(): void
}) {
  const all = matchingText(counts, states)
  const retry = matchingText(counts, states, isFinished)
  const cancel = matchingText(counts, states, (state) => !isFinished(state))
  const remove = matchingText(counts, states, canRemove)
  return (
    <div className="bulk" role="toolbar" aria-label={`All ${all} matching jobs selected`}>
      <span className="bulk-n">
        All <b className="num">{all}</b> that match
      </span>
      <span className="sep" />
      {retry !== '0' && (
        <ChangeButton size="sm" variant="quiet" icon="retry" onClick={() => onAct('retry')}>
          Retry {retry}
        </ChangeButton>
      )}
      {cancel !== '0' && (
        <ChangeButton size="sm" variant="quiet" icon="cancel" onClick={() => onAct('cancel')}>
          Cancel {cancel}
        </ChangeButton>
      )}
      {remove !== '0' && (
        <ChangeButton size="sm" variant="quiet" icon="trash" onClick={() => onAct('remove')}>
          Remove {remove}…
        </ChangeButton>
      )}
      <IconButton size="sm" icon="x" label="Clear selection" onClick={onClear} />
    </div>
  )
}
