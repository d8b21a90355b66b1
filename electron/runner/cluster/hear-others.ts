import { isFinished, type Attempt, type Job } from '../../contract/job.ts'
import type { HistoryWriter } from '../history/history.ts'
import { recordOf } from '../jobs/attempt-processor.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import { jobNewsSchema, newsSchema, type JobNews, type Load } from './job-news.ts'
import type { Relay } from './relay.ts'

export interface HearOthersParts {
  ownId: string
  board: JobBoard
  writer: HistoryWriter
  relay: Pick<Relay, 'hear'>
  /** Names the history this runner writes. */
  history: string
  onLoad: (runnerId: string, load: Load) => void
}

/** News of a job that is not finished come late when it has just ended; its end stands. */
const settleMs = 5_000

/**
 * Takes over what other runners tell of their jobs: shown at once, and written to this history where the
 * other one writes another. Written twice it does no harm.
 */
export function hearOthers({ ownId, board, writer, relay, history, onLoad }: HearOthersParts): void {
  relay.hear('jobs', newsSchema, (news, from) => {
    onLoad(from, news.load)
    for (const item of news.jobs) {
      const parsed = jobNewsSchema.safeParse(item)
      if (parsed.success) take(parsed.data, from, news.history !== history)
    }
  })

  /** Undefined when the id meant another job before, or is not at hand. */
  function knownAs(job: Job): Job | undefined {
    const known = board.recent(job.id)
    return known?.createdAt === job.createdAt ? known : undefined
  }

  function take(news: JobNews, from: string, write: boolean): void {
    const { id, job: told, progress, lines } = news
    if (told !== undefined) correct(told, from)
    // Taken up here, perhaps because the other one was thought dead: what runs here is the truth here.
    if (board.running(id) !== undefined) return
    if (told !== undefined) keep(told, knownAs(told), write)
    if (lines !== undefined) {
      if (write) writer.saveLogs(id, lines)
      board.emit(id, { kind: 'log', lines })
    }
    const known = board.recent(id)
    if (progress !== undefined && (known === undefined || isUnderWay(known, from))) {
      if (write) writer.saveJob({ id, progress })
      if (known !== undefined) board.progressed(Object.assign(known, { progress }), progress)
    }
    if (told !== undefined) show(told)
  }

  /**
   * A retry may be taken here before the other runner has told how its attempt ended, which then looks
   * lost. Who ran it knows better, and it is written down wherever it was written as lost.
   */
  function correct(told: Job, from: string): void {
    const known = knownAs(told)
    for (const [index, mine] of known?.attempts.entries() ?? []) {
      if (mine.runner !== from || mine.outcome !== 'lost') continue
      const theirs = told.attempts.find(({ number, runner }) => number === mine.number && runner === from)
      if (theirs?.outcome === undefined || theirs.outcome === 'lost') continue
      known?.attempts.splice(index, 1, theirs)
      writer.saveAttempt(told.id, theirs)
    }
  }

  function keep(told: Job, known: Job | undefined, write: boolean): void {
    const merged = merge(told, known)
    // The end also where both write: this runner may have written since what the queue said before it.
    const record = recordOf(merged)
    // What is left out of a record stays, and how far an attempt before was says nothing of this one.
    const begun = merged.state === 'active' && merged.progress === undefined
    if (write || isFinished(told.state)) writer.saveJob(begun ? { ...record, progress: {} } : record)
    if (!write) return
    for (const attempt of merged.attempts) {
      if (!known?.attempts.includes(attempt)) writer.saveAttempt(told.id, attempt)
    }
  }

  function show(told: Job): void {
    const newer = board.recent(told.id)
    if (newer !== undefined && Date.parse(newer.createdAt) > Date.parse(told.createdAt)) return
    board.changed(merge(told, knownAs(told)))
  }

  /** What is known now, if that is further on than what was told; else what was told. */
  function merge(told: Job, known: Job | undefined): Job {
    if (known === undefined) return told
    const attempts = mergeAttempts(known.attempts, told.attempts)
    const old = hasJustEnded(known) || isBeforeEnd(told, known)
    const behind = lastNumber(known) > lastNumber(told) || (old && !isFinished(told.state))
    return { ...(behind ? known : told), attempts }
  }

  /**
   * The last attempt has ended here, and who tells has only heard that it began. Until the queue has stored that end,
   * nobody else knows of its result or error.
   */
  function isBeforeEnd(told: Job, known: Job): boolean {
    const [mine, theirs] = [known.attempts.at(-1), told.attempts.at(-1)]
    if (mine?.runner !== ownId || mine.finishedAt === undefined) return false
    return theirs?.number === mine.number && theirs.finishedAt === undefined
  }

  /** By number. What has an end stands against what has none, and what ended here against what others think. */
  function mergeAttempts(known: Attempt[], told: Attempt[]): Attempt[] {
    const byNumber = new Map(known.map((attempt) => [attempt.number, attempt]))
    for (const attempt of told) {
      const before = byNumber.get(attempt.number)
      if (before?.finishedAt !== undefined && (attempt.finishedAt === undefined || before.runner === ownId)) continue
      byNumber.set(attempt.number, attempt)
    }
    return [...byNumber.values()].toSorted((one, other) => one.number - other.number)
  }
}

function lastNumber(job: Job): number {
  return job.attempts.at(-1)?.number ?? 0
}

/** A runner that was thought dead may go on with an attempt that another one has done again since. */
function isUnderWay(job: Job, runner: string): boolean {
  return !isFinished(job.state) && (job.attempts.at(-1)?.runner ?? runner) === runner
}

function hasJustEnded(job: Job): boolean {
  return job.finishedAt !== undefined && Math.abs(Date.now() - Date.parse(job.finishedAt)) < settleMs
}
