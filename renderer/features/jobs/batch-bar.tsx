import { Button } from '../../components/button.tsx'
import { Meter } from '../../components/meter.tsx'
import { formatCount } from '../../lib/format.ts'
import { useBatch } from '../../lib/panel-context.tsx'
import type { RunningBatch } from '../../stores/batch.ts'

const doing: Record<RunningBatch['action'], string> = {
  cancel: 'Cancelling',
  retry: 'Retrying',
  remove: 'Removing',
  drain: 'Draining',
  clean: 'Cleaning',
  obliterate: 'Obliterating',
}

/** How far the batch is, with Stop; docked like the bar it came from. */
export function BatchBar() {
  const batch = useBatch()
  if (batch === undefined) return null
  const { action, progress } = batch
  const ended = progress === undefined ? 0 : progress.done + progress.failed
  return (
    <div className="bulk" role="group" aria-label={doing[action]}>
      <span className="bulk-n num">
        {progress === undefined
          ? `${doing[action]}: finding the jobs`
          : `${doing[action]} ${formatCount(ended)} of ${formatCount(progress.total)}`}
      </span>
      <Meter
        value={progress === undefined || progress.total === 0 ? 0 : ended / progress.total}
        label={doing[action]}
      />
      <span className="grow" />
      <Button size="sm" icon="cancel" onClick={batch.stop}>
        Stop
      </Button>
    </div>
  )
}
