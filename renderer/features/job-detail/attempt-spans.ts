import { isFinished, type Attempt, type Job } from '../../../electron/contract/job.ts'

export interface Span {
  kind: 'wait' | 'back-off' | 'attempt' | 'rest'
  ms: number
  attempt?: Attempt
}

/** How a job spent its time, in order: waiting, attempts, the pauses between them, and what is left of it. */
export function attemptSpans(job: Job, now: number, restMs: number | undefined): Span[] {
  const spans: Span[] = []
  let at = Date.parse(job.createdAt)
  for (const attempt of job.attempts) {
    const from = Date.parse(attempt.startedAt)
    if (from > at) spans.push({ kind: spans.length === 0 ? 'wait' : 'back-off', ms: from - at })
    const until = attempt.finishedAt === undefined ? Math.max(from, now) : Date.parse(attempt.finishedAt)
    spans.push({ kind: 'attempt', ms: until - from, attempt })
    at = until
  }
  if (job.state === 'active') {
    if (restMs !== undefined && restMs > 0) spans.push({ kind: 'rest', ms: restMs })
  } else if (!isFinished(job.state) && now > at) {
    spans.push({ kind: spans.length === 0 ? 'wait' : 'back-off', ms: now - at })
  }
  return spans
}

/** Below this share the pace says too little. */
const guessFrom = 0.03
const guessAfterMs = 2000

/** Time left at the pace of this attempt so far, in ms; undefined while that would be a guess out of the air. */
export function timeLeft(ratio: number | undefined, startedAt: number, now: number): number | undefined {
  const elapsed = now - startedAt
  if (ratio === undefined || ratio < guessFrom || ratio >= 1 || elapsed < guessAfterMs) return undefined
  return (elapsed * (1 - ratio)) / ratio
}
