import type { Attempt, AttemptOutcome, Job } from '../../../electron/contract/job.ts'
import { isFinished } from '../../../electron/contract/job.ts'
import { Clock } from '../../components/clock.tsx'
import { CopyIcon } from '../../components/copy-button.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { Icon } from '../../components/icon.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { useElsewhere } from '../../lib/elsewhere.ts'
import { formatBytes, formatClock, formatDuration, localizeTimes } from '../../lib/format.ts'
import { glyphOfOutcome } from '../../lib/glyphs.ts'
import { useNow } from '../../lib/use-now.ts'
import { progressRatio } from '../jobs/row-words.ts'
import { attemptSpans, timeLeft, type Span } from './attempt-spans.ts'
import { cancelWords, ownError } from './cancel-words.ts'

const outcomeWords: Record<AttemptOutcome, string> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'was cancelled',
  'timed-out': 'ran out of time',
  'out-of-memory': 'ran out of memory',
  crashed: 'crashed its thread',
  lost: 'was lost with its runner',
}

function spanLook(span: Span): string {
  if (span.kind === 'wait') return 'gq'
  if (span.kind === 'back-off') return 'gb'
  if (span.kind === 'rest') return 'ge'
  switch (span.attempt?.outcome) {
    case undefined:
      return 'gr'
    case 'completed':
      return 'gd'
    case 'cancelled':
    case 'lost':
      return 'gc'
    default:
      return 'gf'
  }
}

function describeSpan(span: Span): string {
  const time = formatDuration(span.ms)
  if (span.kind === 'wait') return `waited ${time}`
  if (span.kind === 'back-off') return `paused ${time}`
  if (span.kind === 'rest') return `about ${time} left`
  const { attempt } = span
  const how = attempt?.outcome === undefined ? 'running for' : `${outcomeWords[attempt.outcome]} after`
  return `attempt ${attempt?.number ?? ''} ${how} ${time}`
}

/** A label stands in its span only where it fits whole; the shortest of ours needs about an eighth. */
const labelFrom = 0.13
/** Before it the time at the left end would lie under `now`. */
const nowFrom = 0.25

function AttemptBar({ job }: { job: Job }) {
  const now = useNow(1000)
  const running = job.state === 'active' ? job.attempts.at(-1) : undefined
  const rest =
    running === undefined ? undefined : timeLeft(progressRatio(job.progress), Date.parse(running.startedAt), now)
  const spans = attemptSpans(job, now, rest)
  const total = spans.reduce((sum, span) => sum + span.ms, 0)
  if (total === 0) return null
  const past = total - (rest ?? 0)
  const end = isFinished(job.state) ? formatClock(job.finishedAt) : 'now'
  return (
    <>
      <div className="gantt" role="img" aria-label={spans.map(describeSpan).join(', ')}>
        {spans.map((span, index) => {
          const share = span.ms / total
          const { attempt } = span
          return (
            // Spans are told apart by their order alone.
            <i key={index} className={spanLook(span)} style={{ flex: `${share} 1 0` }} title={describeSpan(span)}>
              {attempt !== undefined && share > labelFrom && (
                <span>
                  {attempt.number} {attempt.outcome === undefined ? 'running' : attempt.outcome.replaceAll('-', ' ')}
                </span>
              )}
            </i>
          )
        })}
      </div>
      <div className="g-ax num" aria-hidden="true">
        <span>{past / total > nowFrom && formatClock(job.createdAt)}</span>
        <span
          className="g-now"
          style={{ left: `${(past / total) * 100}%`, transform: `translateX(-${(past / total) * 100}%)` }}
        >
          {end}
        </span>
      </div>
    </>
  )
}

/** The first frame of a stack that is neither Node's nor a library's: most often where the mistake is. */
export function ownFrame(stack: string | undefined): string | undefined {
  const frames = stack?.split('\n').filter((line) => /^\s*at /.test(line)) ?? []
  const own = frames.find((line) => !/node:|node_modules/.test(line)) ?? frames[0]
  return own?.trim().replace(/^at /, '')
}

function AttemptError({ error }: { error: NonNullable<Attempt['error']> }) {
  const frame = ownFrame(error.stack)
  return (
    <>
      <p className="a-e mono">{error.message}</p>
      {error.stack !== undefined && (
        <details className="frame mono">
          <summary className="fr-h">
            <span className="cut">{frame ?? error.code}</span>
            <CopyIcon text={error.stack} label="Copy the stack" />
          </summary>
          <pre tabIndex={0}>{error.stack}</pre>
        </details>
      )}
    </>
  )
}

/** Of an attempt that another program made, or whose runner died before it told, no thread is known. */
export function placeOf({ executor, thread }: Attempt, elsewhere?: string): string | undefined {
  const there = elsewhere === undefined ? '' : ` of ${elsewhere}`
  if (executor === 'inline') return elsewhere === undefined ? 'inline' : `inline on ${elsewhere}`
  if (thread !== undefined) return `on ${thread}${there}`
  return elsewhere === undefined ? undefined : `on ${elsewhere}`
}

function where(attempt: Attempt, elsewhere: string | undefined): string {
  const place = placeOf(attempt, elsewhere)
  return [place, attempt.finishedAt === undefined ? 'since ' : ''].filter((part) => part !== undefined).join(', ')
}

function AttemptItem({
  attempt,
  maxAttempts,
  backOffMs,
}: {
  attempt: Attempt
  maxAttempts: number
  backOffMs: number | undefined
}) {
  const { outcome, finishedAt } = attempt
  const elsewhere = useElsewhere(attempt.runner, finishedAt === undefined)
  const cancelled = cancelWords(attempt)
  const error = ownError(attempt)
  const figures = [
    attempt.cpuMs === undefined ? undefined : `CPU ${formatDuration(attempt.cpuMs)}`,
    attempt.peakHeapBytes === undefined ? undefined : `heap up to ${formatBytes(attempt.peakHeapBytes)}`,
  ].filter((figure) => figure !== undefined)
  return (
    <li>
      <StateGlyph name={glyphOfOutcome(outcome)} label={false} />
      <div>
        <div className="a-h">
          <b>
            {outcome === undefined
              ? `Attempt ${attempt.number} of ${maxAttempts}`
              : `Attempt ${attempt.number} ${outcomeWords[outcome]}`}
          </b>
          <span className="dim">
            {where(attempt, elsewhere)}
            <Clock time={attempt.startedAt} />
            {backOffMs !== undefined && `, then ${formatDuration(backOffMs)} back-off`}
          </span>
          <span className="num">
            {finishedAt === undefined ? (
              <Elapsed since={attempt.startedAt} />
            ) : (
              formatDuration(Date.parse(finishedAt) - Date.parse(attempt.startedAt))
            )}
          </span>
        </div>
        {figures.length > 0 && <p className="a-f">{figures.join(', ')}</p>}
        {cancelled !== undefined && <p className="a-f a-c">{localizeTimes(cancelled)}</p>}
        {error !== undefined && <AttemptError error={error} />}
      </div>
    </li>
  )
}

/** How the job went: a bar in proportion, then each attempt, the newest first. */
export function AttemptsTab({ job, maxAttempts }: { job: Job; maxAttempts: number }) {
  const first = job.attempts[0]
  const waited = first === undefined ? undefined : Date.parse(first.startedAt) - Date.parse(job.createdAt)
  return (
    <section aria-label="Attempts">
      <AttemptBar job={job} />
      <ol className="att-l">
        {job.attempts.toReversed().map((attempt) => {
          const next = job.attempts.find((other) => other.number === attempt.number + 1)
          const backOff =
            next === undefined || attempt.finishedAt === undefined
              ? undefined
              : Date.parse(next.startedAt) - Date.parse(attempt.finishedAt)
          return (
            <AttemptItem
              key={`${attempt.number} ${attempt.startedAt}`}
              attempt={attempt}
              maxAttempts={maxAttempts}
              backOffMs={backOff}
            />
          )
        })}
        <li>
          <Icon name="plus" className="sm dim" />
          <div>
            <div className="a-h">
              <b>Enqueued</b>
              <span className="dim">
                <Clock time={job.createdAt} />
                {waited === undefined ? '' : ', waited for a thread'}
              </span>
              <span className="num">{waited === undefined ? '' : formatDuration(waited)}</span>
            </div>
          </div>
        </li>
      </ol>
    </section>
  )
}
