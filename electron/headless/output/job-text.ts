import { previewOf, type Job, type JobEvent, type JobSummary, type Progress } from '../../contract/job.ts'
import { bytes, clock, count, duration, oneLine, percent, unknown } from './format.ts'
import { stateText } from './style.ts'
import { pairs, table } from './table.ts'

/** How long a job has run, or ran; undefined before it has started. */
export function runTime(job: Pick<Job | JobSummary, 'startedAt' | 'finishedAt'>): number | undefined {
  if (job.startedAt === undefined) return undefined
  const end = job.finishedAt === undefined ? Date.now() : Date.parse(job.finishedAt)
  return Math.max(0, end - Date.parse(job.startedAt))
}

/** `42 % · 1,204 of 4,500 files`. */
export function progressText(progress: Progress | undefined): string {
  if (progress === undefined) return unknown
  const { ratio, done, total, message } = progress
  const counted = done === undefined ? undefined : `${count(done)}${total === undefined ? '' : ` of ${count(total)}`}`
  const share = ratio ?? (done !== undefined && total !== undefined && total > 0 ? done / total : undefined)
  const parts = [share === undefined ? undefined : percent(share), message === undefined ? counted : oneLine(message)]
  return parts.filter((part) => part !== undefined).join(' · ') || unknown
}

export function jobTable(jobs: readonly Job[]): string {
  return table(
    [
      { title: 'ID' },
      { title: 'TYPE' },
      { title: 'STATE' },
      { title: 'ATTEMPTS', align: 'right' },
      { title: 'CREATED' },
      { title: 'TIME', align: 'right' },
      { title: 'INPUT' },
    ],
    jobs.map((job) => [
      job.id,
      job.type,
      stateText(job.state),
      String(job.attempts.length),
      clock(job.createdAt),
      duration(runTime(job)),
      oneLine(previewOf(job.input), 60),
    ]),
  )
}

export function jobDetail(job: Job): string {
  const { error, waitingReason } = job
  const detail = pairs([
    ['Job', `${job.id} · ${job.type}`],
    ['State', stateText(job.state)],
    ['Waiting', waitingReason?.message],
    ['Progress', job.progress === undefined ? undefined : progressText(job.progress)],
    ['Created', `${clock(job.createdAt)}  ${job.createdAt}`],
    ['Started', job.startedAt === undefined ? undefined : `${clock(job.startedAt)}  ${job.startedAt}`],
    ['Finished', job.finishedAt === undefined ? undefined : `${clock(job.finishedAt)}  ${job.finishedAt}`],
    ['Time', job.startedAt === undefined ? undefined : duration(runTime(job))],
    ['Input', JSON.stringify(job.input)],
    ['Options', Object.keys(job.options).length === 0 ? undefined : JSON.stringify(job.options)],
    ['Result', job.result === undefined ? undefined : JSON.stringify(job.result)],
    ['Error', error === undefined ? undefined : `${error.code}: ${oneLine(error.message, 2000)}`],
  ])
  return job.attempts.length === 0 ? detail : `${detail}\n\n${attemptTable(job)}`
}

function outcomeText({ outcome, cancelledBy }: Job['attempts'][number]): string {
  if (outcome === undefined) return 'running'
  return cancelledBy === undefined ? outcome : `${outcome} (${oneLine(cancelledBy)})`
}

function attemptTable({ attempts }: Job): string {
  return table(
    [
      { title: 'ATTEMPT', align: 'right' },
      { title: 'WHERE' },
      { title: 'STARTED' },
      { title: 'TIME', align: 'right' },
      { title: 'CPU', align: 'right' },
      { title: 'PEAK HEAP', align: 'right' },
      { title: 'OUTCOME' },
    ],
    attempts.map((attempt) => [
      String(attempt.number),
      attempt.thread ?? attempt.executor,
      clock(attempt.startedAt),
      duration(runTime(attempt)),
      duration(attempt.cpuMs),
      bytes(attempt.peakHeapBytes),
      [outcomeText(attempt), ...(attempt.error === undefined ? [] : [oneLine(attempt.error.message)])].join(': '),
    ]),
  )
}

type LogLine = Extract<JobEvent, { kind: 'log' }>['lines'][number]

export function logText({ at, level, attempt, text }: LogLine): string {
  return `${clock(at)}  ${level.padEnd(5)}  ${attempt}  ${oneLine(text, 10_000)}`
}
