import type { LogLevel, Progress } from '../electron/contract/job.ts'
import type { RawLine, Report } from './protocol.ts'

/** At most 20 reports a second: the panel shows ten, and history need not see more. */
const flushEveryMs = 50
/** Kept of one report; more lines than a person reads in 50 ms, and little memory. */
const headLines = 800
const tailLines = 200
/** Lines sent at once in each such time: of a job that says where it is and then hangs, they must be seen. */
const promptLines = 10
const maxLineLength = 16_384
const maxMessageLength = 1_000

function finite(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** Makes what a job reported fit the contract; what is not a number is left out. */
export function normalizeProgress(progress: number | Progress): Progress {
  const { ratio, done, total, message } = typeof progress === 'number' ? ({ ratio: progress } as Progress) : progress
  const known = { ratio: finite(ratio), done: finite(done), total: finite(total) }
  const share =
    known.ratio ?? (known.total !== undefined && known.total > 0 ? (known.done ?? 0) / known.total : undefined)
  return {
    ...(share === undefined ? {} : { ratio: Math.min(1, Math.max(0, share)) }),
    ...(known.done === undefined ? {} : { done: known.done }),
    ...(known.total === undefined ? {} : { total: known.total }),
    ...(message === undefined ? {} : { message: String(message).slice(0, maxMessageLength) }),
  }
}

/**
 * Collects progress and log lines of one attempt and hands them on at most 20 times a second, the first few
 * lines of each such time at once. The clock is looked at inside the calls, so a job that never yields is seen
 * as well; a timer sends the last word of one that does. Memory is bounded: of too many lines the first and the last are kept,
 * as two parts with the number of those dropped between them.
 */
export class Reporter {
  readonly #send: (report: Report) => void
  readonly #beforeSend: () => void
  #progress: number | Progress | undefined
  #head: RawLine[] = []
  #tail: RawLine[] = []
  #tailStart = 0
  #dropped = 0
  #lastFlush = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  #prompt = promptLines
  #promptSince = 0

  /** `beforeSend` is called on each flush, for cheap sampling at the same pace. */
  constructor(send: (report: Report) => void, beforeSend: () => void = () => {}) {
    this.#send = send
    this.#beforeSend = beforeSend
  }

  progress(progress: number | Progress): void {
    if (this.#closed) return
    // Copied, because jobs like to reuse one object.
    this.#progress = typeof progress === 'object' && progress !== null ? { ...progress } : progress
    this.#touch(performance.now())
  }

  log(text: string, level: LogLevel): void {
    if (this.#closed) return
    const line = { at: Date.now(), level, text: text.length > maxLineLength ? shorten(text) : text }
    if (this.#head.length < headLines) this.#head.push(line)
    else if (this.#tail.length < tailLines) this.#tail.push(line)
    else {
      this.#tail[this.#tailStart] = line
      this.#tailStart = (this.#tailStart + 1) % tailLines
      this.#dropped += 1
    }
    const now = performance.now()
    if (now - this.#promptSince >= flushEveryMs) {
      this.#promptSince = now
      this.#prompt = promptLines
    }
    if (this.#prompt === 0) return this.#touch(now)
    this.#prompt -= 1
    const lines = this.#takeLines()
    if (lines !== undefined) this.#send(lines)
  }

  /** What is left to say, once the attempt has ended. Later calls are ignored. */
  close(): Report | undefined {
    this.#closed = true
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    return this.#take()
  }

  /** Sends what is there now, e.g. when the thread is about to die. */
  flush(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#timer = undefined
    this.#lastFlush = performance.now()
    this.#beforeSend()
    const report = this.#take()
    if (report !== undefined) this.#send(report)
  }

  #touch(now: number): void {
    if (now - this.#lastFlush >= flushEveryMs) {
      // The first progress waits for the timer or the end: most jobs say one thing and are done.
      if (this.#lastFlush === 0) this.#lastFlush = now
      else return this.flush()
    }
    this.#timer ??= setTimeout(() => this.flush(), flushEveryMs).unref()
  }

  #take(): Report | undefined {
    const progress = this.#progress
    const lines = this.#takeLines()
    if (progress === undefined) return lines
    this.#progress = undefined
    return { ...(lines ?? { dropped: 0 }), progress: normalizeProgress(progress) }
  }

  #takeLines(): Report | undefined {
    const lines = this.#head
    if (lines.length === 0) return undefined
    const dropped = this.#dropped
    const tail = [...this.#tail.slice(this.#tailStart), ...this.#tail.slice(0, this.#tailStart)]
    this.#head = []
    this.#tail = []
    this.#tailStart = 0
    this.#dropped = 0
    return { lines, dropped, ...(tail.length === 0 ? {} : { tail }) }
  }
}

function shorten(text: string): string {
  return `${text.slice(0, maxLineLength)}… (${text.length - maxLineLength} more characters)`
}
