import { isFinished, type Job, type JobEvent, type LogLine, type Progress } from '../../contract/job.ts'
import type { JobBoard } from './job-board.ts'

const batchMs = 100
/** Lines held for a slow reader; the rest is in the logs. */
const maxHeldLines = 2_000

/** What has happened since the reader last took something. */
class Held {
  job: Job | undefined
  progress: Progress | undefined
  lines: LogLine[] = []
  #missing: { first: LogLine; count: number } | undefined

  /** The job is told after its progress, and must not take it back. */
  tell(progress: Progress): void {
    this.progress = progress
    if (this.job !== undefined) this.job = { ...this.job, progress }
  }

  add(lines: LogLine[]): void {
    const room = maxHeldLines - this.lines.length
    this.lines.push(...lines.slice(0, Math.max(0, room)))
    const first = lines[Math.max(0, room)]
    if (first === undefined) return
    this.#missing ??= { first, count: 0 }
    this.#missing.count += lines.length - Math.max(0, room)
  }

  /** Where lines are missing, one says how many, under the number of the first of them. */
  get told(): LogLine[] {
    if (this.#missing === undefined) return this.lines
    const { first, count } = this.#missing
    const text = `${count} ${count === 1 ? 'line' : 'lines'} dropped: this reader is too slow. The log has them`
    return [...this.lines, { ...first, level: 'warn', text }]
  }

  get empty(): boolean {
    return this.job === undefined && this.progress === undefined && this.lines.length === 0
  }

  get finished(): boolean {
    return this.job !== undefined && isFinished(this.job.state)
  }
}

export interface JobEventsParts {
  board: JobBoard
  get: (id: string) => Promise<Job>
  id: string
  signal: AbortSignal
}

/**
 * First the job as it is, then what happens, in batches of at most ten a second, until it has finished.
 * A slow reader gets the newest progress and state, not a growing queue.
 */
export async function* jobEvents({ board, get, id, signal }: JobEventsParts): AsyncGenerator<JobEvent> {
  let held = new Held()
  let wake: () => void = () => undefined

  const stop = board.follow(id, (event) => {
    if (event.kind === 'job') held.job = event.job
    else if (event.kind === 'progress') held.tell(event.progress)
    else held.add(event.lines)
    wake()
  })
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)

  try {
    const first = await get(id)
    yield { kind: 'job', job: first }
    if (isFinished(first.state)) return
    while (!signal.aborted) {
      if (held.empty) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        if (signal.aborted) return
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, batchMs)
          // The end is told at once: nothing follows that could come with it.
          wake = () => {
            if (!held.finished && !signal.aborted) return
            clearTimeout(timer)
            resolve()
          }
          wake()
        })
      }
      const batch = held
      held = new Held()
      if (batch.lines.length > 0) yield { kind: 'log', lines: batch.told }
      if (batch.progress !== undefined) yield { kind: 'progress', progress: batch.progress }
      if (batch.job !== undefined) {
        yield { kind: 'job', job: batch.job }
        if (isFinished(batch.job.state)) return
      }
    }
  } finally {
    stop()
    signal.removeEventListener('abort', onAbort)
  }
}
