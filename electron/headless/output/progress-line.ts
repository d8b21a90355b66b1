import { isFinished, type Job, type JobEvent, type Progress } from '../../contract/job.ts'
import { oneLine, percent } from './format.ts'
import { progressText } from './job-text.ts'

export interface ProgressLine {
  show(event: JobEvent): void
  /** Leaves the terminal clean for what comes next. */
  end(): void
}

const barWidth = 24
/** In a log, between two messages of a job that knows no ratio. */
const messageEveryMs = 5_000

/**
 * Shows on standard error how far a job is: one line that is written over on a terminal, plain lines
 * elsewhere, and there only when something changed that a log reader wants to know.
 */
export function createProgressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  return stream.isTTY ? overwritten(stream) : plainLines(stream)
}

function overwritten(stream: NodeJS.WriteStream): ProgressLine {
  const write = (text: string) => {
    const width = Math.max(20, (stream.columns || 80) - 1)
    stream.write(`\r\u001b[2K${oneLine(text, width)}`)
  }
  return {
    show(event) {
      if (event.kind === 'progress') write(bar(event.progress))
      if (event.kind === 'job') write(event.job.progress === undefined ? stateLine(event.job) : bar(event.job.progress))
    },
    end() {
      stream.write('\r\u001b[2K')
    },
  }
}

function plainLines(stream: NodeJS.WriteStream): ProgressLine {
  let lastState = ''
  let lastStep = ''
  let lastText = ''

  function tell(progress: Progress, isLast: boolean): void {
    // Every five percent is enough for a log; a job that tells no ratio tells its message now and then.
    const { ratio } = progress
    const step =
      ratio === undefined ? `${Math.floor(performance.now() / messageEveryMs)}` : `${Math.floor(ratio * 20)} of 20`
    const text = progressText(progress)
    // The last of it is told whatever came before: `0 of 1 files` and `1 of 1 files` can be the same step.
    if (step !== lastStep || (isLast && text !== lastText)) {
      stream.write(`${text}\n`)
      lastText = text
    }
    lastStep = step
  }

  return {
    show(event) {
      if (event.kind === 'progress') tell(event.progress, false)
      if (event.kind !== 'job') return
      // A job that was quicker than this reader tells its progress only here.
      if (event.job.progress !== undefined) tell(event.job.progress, isFinished(event.job.state))
      const state = stateLine(event.job)
      if (state !== lastState) stream.write(`${state}\n`)
      lastState = state
    },
    end() {},
  }
}

function bar(progress: Progress): string {
  const { ratio, message } = progress
  if (ratio === undefined) return progressText(progress)
  const filled = Math.round(ratio * barWidth)
  const drawn = `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`
  return `${drawn} ${percent(ratio).padStart(5)}  ${message ?? ''}`
}

function stateLine({ id, state, waitingReason, attempts }: Job): string {
  const attempt = attempts.at(-1)
  const detail =
    waitingReason?.message ?? (attempt === undefined || isFinished(state) ? '' : `attempt ${attempt.number}`)
  return `Job ${id} ${state}${detail === '' ? '' : `: ${detail}`}`
}
