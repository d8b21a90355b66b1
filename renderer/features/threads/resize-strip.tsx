import { formatId } from '../../lib/format.ts'
import type { Thread } from '../../../electron/contract/runner.ts'
import { Button } from '../../components/button.tsx'

/** While threads retire: from how many to how many, who goes after what, and the way back. */
export function ResizeStrip({
  threads,
  size,
  onSize,
}: {
  threads: readonly Thread[]
  size: number
  onSize(size: number): void
}) {
  const going = threads.filter((thread) => thread.state === 'retiring')
  if (going.length === 0) return null
  const stay = threads.length - going.length
  const before = size + going.length
  const first = going[0]
  return (
    <div className="resize" role="status">
      <span className="rs-t">
        <b className="num">
          {before} → {size}
        </b>{' '}
        threads
      </span>
      <span className="rs-b" aria-hidden="true">
        {threads.slice(0, 24).map((thread) => (
          <i key={thread.id} className={thread.state === 'retiring' ? 'out' : ''} />
        ))}
      </span>
      <span className="sec cut">
        {going.length === 1 && first?.job !== undefined ? (
          <>
            {first.id} finishes <span className="mono">{first.job.type}</span> {formatId(first.job.id)}, then retires.
          </>
        ) : (
          <>
            {going.map((thread) => thread.id).join(', ')} {going.length === 1 ? 'retires' : 'retire'}, {stay} stay.
          </>
        )}{' '}
        No job is interrupted.
      </span>
      <Button size="sm" variant="quiet" icon="undo" onClick={() => onSize(before)}>
        Back to {before}
      </Button>
    </div>
  )
}
