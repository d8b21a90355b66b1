import { isFinished, type JobSummary } from '../../electron/contract/job.ts'
import { withoutCancel, type PendingCancel } from '../stores/cancels.ts'
import type { Toast } from '../stores/toasts.ts'
import type { Client } from './client.ts'
import { toPanelError } from './errors.ts'
import { formatClock, formatDuration, formatId } from './format.ts'
import type { PanelStores } from './panel-stores.ts'
import { refusesChange } from './read-only.ts'

/** The runner ends a thread within about a tenth of a second after the time is up. */
const killSlackMs = 50

/** What became of a cancel, in words: it stopped by itself, was killed, or was done before it heard. */
export function describeCancel(cancel: PendingCancel, job: JobSummary): Omit<Toast, 'id'> {
  const finishedAt = job.finishedAt === undefined ? Date.now() : Date.parse(job.finishedAt)
  if (job.state !== 'cancelled') {
    return {
      glyph: job.state === 'completed' ? 'done' : 'failed',
      title: `${formatId(job.id)} ${job.state} before it stopped`,
      detail: job.type,
    }
  }
  const killed = cancel.killAt !== undefined && finishedAt >= cancel.killAt - killSlackMs
  if (!killed) {
    return {
      glyph: 'cancelled',
      title: `${formatId(job.id)} stopped by itself in ${formatDuration(Math.max(0, finishedAt - cancel.askedAt))}`,
      detail: [job.type, job.progress?.message].filter(Boolean).join(', at '),
    }
  }
  const since = cancel.runningSince === undefined ? '' : ` since ${formatClock(cancel.runningSince)}`
  return {
    role: 'alert',
    glyph: 'killed',
    title: `${formatId(job.id)} was killed`,
    detail: `Its work${since} is lost.`,
  }
}

/** Tells when a cancel asked for from this window is over; returns a function that stops telling. */
export function reportCancels(client: Client, stores: PanelStores): () => void {
  return stores.jobs.subscribe(({ rows, removed }) => {
    for (const cancel of stores.cancels.getState().pending.values()) {
      const job = rows.get(cancel.id)
      if (removed.has(cancel.id)) stores.cancels.setState((state) => withoutCancel(state, cancel.id))
      if (job === undefined || !isFinished(job.state)) continue
      stores.cancels.setState((state) => withoutCancel(state, cancel.id))
      const { show } = stores.toasts.getState()
      const runAgain = (): void => {
        if (refusesChange(stores)) return
        client.jobs.retry({ id: cancel.id }).then(
          () => show({ glyph: 'queued', title: `${formatId(cancel.id)} is back in the queue` }),
          (error: unknown) => show({ role: 'alert', glyph: 'failed', title: toPanelError(error).message }),
        )
      }
      show({ ...describeCancel(cancel, job), action: { label: 'Run again', run: runAgain } })
    }
  })
}
