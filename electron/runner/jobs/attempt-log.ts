import type { LogLine } from '../../contract/job.ts'

type NewLine = Pick<LogLine, 'at' | 'level' | 'text'>

/** Something to keep: a line, or the place of lines that were dropped before they came here. */
type Entry = { line: NewLine } | { dropped: number }

/** Of the lines an attempt may keep a tenth is for its last ones, held in memory until its end. */
const lastShare = 10
const mostLastLines = 1_000
/** Numbers are 32 bits wide in the history; past this, dropped lines are told by their text alone. */
const lastNumberToSkip = 2_000_000_000

function hereDropped(count: number): string {
  return `${count} ${count === 1 ? 'line' : 'lines'} dropped`
}

/**
 * What is kept of the lines of one attempt: the first and the last of them, up to the limit, with one line
 * that says how many are missing between. Each line of the job has a number, dropped ones too: so those that
 * are missing can be counted for as long as the log is kept.
 */
export class AttemptLog {
  readonly #attempt: number
  readonly #limit: () => number
  #seq: number
  #kept = 0
  /** The last lines, once there is no more room for first ones: a ring that begins at `#oldest`. */
  #last: Entry[] | undefined
  #lastRoom = 0
  #oldest = 0
  #dropped = 0

  /** `seq` is the last number the job has used; `limit` is asked again and again, since it may change. */
  constructor(attempt: number, seq: number, limit: () => number) {
    this.#attempt = attempt
    this.#seq = seq
    this.#limit = limit
  }

  /** Lines dropped so far that no line which was handed out tells of. */
  get dropped(): number {
    const waiting = this.#last ?? []
    return waiting.reduce((sum, entry) => sum + ('line' in entry ? 0 : entry.dropped), this.#dropped)
  }

  /** Answers what is to be kept of it now. `droppedAfter` lines were left out behind these. */
  add(lines: readonly NewLine[], droppedAfter: number): LogLine[] {
    const out: LogLine[] = []
    for (const line of lines) this.#take({ line }, out)
    if (droppedAfter > 0) this.#take({ dropped: droppedAfter }, out)
    return out
  }

  /** The attempt is over: how many lines are missing, and the last ones. */
  end(): LogLine[] {
    const out: LogLine[] = []
    const last = this.#last ?? []
    if (this.#dropped > 0) this.#write({ dropped: this.#dropped }, out)
    for (const entry of [...last.slice(this.#oldest), ...last.slice(0, this.#oldest)]) this.#write(entry, out)
    this.#last = []
    this.#lastRoom = 0
    this.#oldest = 0
    this.#dropped = 0
    return out
  }

  #take(entry: Entry, out: LogLine[]): void {
    if (this.#last === undefined) {
      const limit = this.#limit()
      const room = Math.min(mostLastLines, Math.floor(limit / lastShare))
      if (this.#kept < limit - room) {
        this.#kept += 1
        return this.#write(entry, out)
      }
      this.#last = []
      this.#lastRoom = room
      if (limit > 0) this.#note(limit, room, out)
    }
    if (this.#last.length < this.#lastRoom) {
      this.#last.push(entry)
      return
    }
    const pushedOut = this.#last[this.#oldest] ?? entry
    if (this.#lastRoom > 0) {
      this.#last[this.#oldest] = entry
      this.#oldest = (this.#oldest + 1) % this.#lastRoom
    }
    this.#dropped += 'line' in pushedOut ? 1 : pushedOut.dropped
  }

  /** Whoever follows the log live sees why nothing more comes for now. */
  #note(limit: number, room: number, out: LogLine[]): void {
    const rest = room === 0 ? 'further lines are dropped' : `of what follows, the last ${room} are kept for the end`
    this.#append({ at: new Date().toISOString(), level: 'warn', text: `Limit of ${limit} log lines: ${rest}` }, out)
  }

  #write(entry: Entry, out: LogLine[]): void {
    if ('line' in entry) return this.#append(entry.line, out)
    this.#seq += Math.min(entry.dropped, Math.max(0, lastNumberToSkip - this.#seq))
    this.#append({ at: new Date().toISOString(), level: 'warn', text: hereDropped(entry.dropped) }, out)
  }

  #append(line: NewLine, out: LogLine[]): void {
    this.#seq += 1
    out.push({ ...line, seq: this.#seq, attempt: this.#attempt })
  }
}
