import type { Segment } from '../../stores/timeline.ts'

export type PlacedKind = 'done' | 'failed' | 'killed' | 'running'

/** A stretch as it is drawn; `left` and `width` in percent of the timeline. */
export interface Placed {
  key: string
  kind: PlacedKind
  left: number
  width: number
  /** Only where it fits whole. */
  label: string | undefined
}

/** The now line stands here; right of it is what is planned. */
export const nowAt = 10 / 11

/** Share of the timeline, in percent, at which a moment stands. */
export function placeOf(at: number, now: number, windowMs: number): number {
  return nowAt * 100 * (1 - (now - at) / windowMs)
}

function kindOf(segment: Segment): PlacedKind {
  if (segment.until === undefined) return 'running'
  if (segment.state === 'cancelled') return 'killed'
  return segment.state === 'failed' || segment.state === 'delayed' ? 'failed' : 'done'
}

/** Narrower stretches than this are drawn as one; in px. */
const mergeBelowPx = 3
/** Average width of a letter of a label, and its padding; in px. */
const letterPx = 6.3
const paddingPx = 18

export function fitsLabel(text: string, widthPx: number): boolean {
  return text.length * letterPx + paddingPx <= widthPx
}

/** The stretches of a lane within the window, the narrow ones merged, so that a lane is never thousands of elements. */
export function placeSegments(lane: readonly Segment[], now: number, windowMs: number, widthPx: number): Placed[] {
  const placed: Placed[] = []
  const minWidth = (mergeBelowPx / Math.max(1, widthPx)) * 100
  for (const segment of lane) {
    const until = segment.until ?? now
    if (until < now - windowMs) continue
    const left = Math.max(0, placeOf(segment.from, now, windowMs))
    const width = Math.max(0, placeOf(until, now, windowMs) - left)
    const kind = kindOf(segment)
    const before = placed.at(-1)
    const narrow = width < minWidth
    if (
      narrow &&
      kind === 'done' &&
      before?.kind === 'done' &&
      before.label === undefined &&
      left - (before.left + before.width) < minWidth
    ) {
      before.width = left + width - before.left
      continue
    }
    const label = fitsLabel(segment.type, (width / 100) * widthPx) ? segment.type : undefined
    placed.push({ key: `${segment.jobId} ${segment.from}`, kind, left, width, label })
  }
  return placed
}

/** Marks of the axis: where, and how long before now. */
export function axisMarks(windowMs: number): { left: number; label: string }[] {
  const steps = 6
  return Array.from({ length: steps }, (_, index) => {
    const back = windowMs - (index * windowMs) / steps
    return { left: (index / steps) * nowAt * 100, label: `−${axisLabel(back)}` }
  })
}

function axisLabel(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds % 60 === 0) return `${seconds / 60} min`
  return seconds > 120 ? `${Math.floor(seconds / 60)} m ${seconds % 60} s` : `${seconds} s`
}
