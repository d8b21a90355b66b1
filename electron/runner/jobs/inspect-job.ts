import { TorilError } from '../../contract/errors.ts'
import { isFinished, type Job } from '../../contract/job.ts'
import type { CpuProfile } from '../../contract/profile.ts'
import type { AttemptRun } from '../executors/executor.ts'
import type { Runner } from '../runner.ts'
import type { JobBoard, RunningAttempt } from './job-board.ts'

export interface InspectParts {
  board: JobBoard
  /** The job as callers see it; rejects JOB_NOT_FOUND. */
  get: (id: string) => Promise<Job>
}

/** Looks into a job that runs here: where it is, and what it spends its time on. */
export function createInspect({ board, get }: InspectParts): Pick<Runner['jobs'], 'stack' | 'profile' | 'endProfile'> {
  const recordings = new Map<string, AbortController>()

  async function runningHere(id: string): Promise<{ running: RunningAttempt; run: AttemptRun }> {
    const running = board.running(id)
    if (running?.run !== undefined && running.started) return { running, run: running.run }
    const { state, attempts } = await get(id)
    if (running !== undefined) {
      throw new TorilError('JOB_NOT_RUNNING', `Job ${id} waits for a thread, so there is no code of it to look at.`)
    }
    if (state === 'active') {
      throw new TorilError(
        'RUNNING_ELSEWHERE',
        `Job ${id} runs on ${attempts.at(-1)?.runner ?? 'another runner'}. Ask that runner.`,
      )
    }
    const what = isFinished(state) ? `is ${state} already` : `is ${state}`
    throw new TorilError('JOB_NOT_RUNNING', `Job ${id} ${what}, so there is no code of it to look at.`)
  }

  function seen({ job, attempt }: RunningAttempt): CpuProfile['$toril']['job'] {
    const { thread } = attempt
    return {
      id: job.id,
      type: job.type,
      attempt: attempt.number,
      executor: attempt.executor,
      ...(thread === undefined ? {} : { thread }),
    }
  }

  return {
    async stack(id) {
      const { running, run } = await runningHere(id)
      const job = seen(running)
      const takenAt = new Date().toISOString()
      return { job, takenAt, ...(await run.stack()) }
    },
    async profile(id, durationMs, signal) {
      const { running, run } = await runningHere(id)
      if (recordings.has(id)) {
        const message = `A CPU profile of job ${id} is being recorded already. Wait for its end, or end it.`
        throw new TorilError('BEING_PROFILED', message)
      }
      const stop = new AbortController()
      recordings.set(id, stop)
      const job = seen(running)
      const recordedAt = new Date().toISOString()
      try {
        const profile = await run.profile(durationMs, AbortSignal.any([stop.signal, signal]))
        const { ended, scope, jobFiles, ...recorded } = profile
        const recordedMs = Math.max(0, (recorded.endTime - recorded.startTime) / 1000)
        return { ...recorded, $toril: { job, recordedAt, durationMs: recordedMs, ended, scope, jobFiles } }
      } finally {
        recordings.delete(id)
      }
    },
    async endProfile(id) {
      const recording = recordings.get(id)
      if (recording === undefined) {
        await get(id)
        throw new TorilError('NOT_PROFILED', `No CPU profile of job ${id} is being recorded.`)
      }
      recording.abort()
    },
  }
}
