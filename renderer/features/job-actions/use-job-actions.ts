import { useMemo } from 'react'
import { isFinished, type Job, type JobSummary } from '../../../electron/contract/job.ts'
import type { Client } from '../../lib/client.ts'
import { toPanelError } from '../../lib/errors.ts'
import { formatId } from '../../lib/format.ts'
import { usePanel } from '../../lib/panel-context.tsx'
import type { PanelStores } from '../../lib/panel-stores.ts'
import { refusesChange } from '../../lib/read-only.ts'
import { withCancel, withoutCancel } from '../../stores/cancels.ts'

/** What the actions need to know of a job; a row and a whole job both have it. */
export type ActionJob = Pick<JobSummary, 'id' | 'type' | 'state'> & { startedAt?: string | undefined }

export interface JobActions {
  /** First step: asks a running job to stop, ends a waiting one at once. */
  cancel(job: ActionJob): void
  /** Second step, after the question: ends the thread. */
  kill(job: Pick<Job, 'id' | 'type'>, then: 'stop' | 'retry'): void
  retry(job: ActionJob): void
  promote(job: ActionJob): void
  /** Without a question: ask first. */
  remove(job: ActionJob): void
}

export function createJobActions(client: Client, stores: PanelStores): JobActions {
  const show = stores.toasts.getState().show
  const fail = (title: string) => (error: unknown) =>
    show({ role: 'alert', glyph: 'failed', title, detail: toPanelError(error).message })
  const runnerNow = (): number => Date.now() + stores.connection.getState().clockOffsetMs

  async function askToStop(job: ActionJob): Promise<'cancelled' | 'asked' | 'killed'> {
    const askedAt = runnerNow()
    const answer = await client.jobs.cancel({ id: job.id })
    if (answer.result === 'asked') {
      const running = answer.job.attempts.at(-1)?.startedAt
      stores.cancels.setState((state) =>
        withCancel(state, {
          id: job.id,
          type: job.type,
          askedAt,
          killAt: answer.killAt === undefined ? undefined : Date.parse(answer.killAt),
          runningSince: running === undefined ? undefined : Date.parse(running),
        }),
      )
    }
    return answer.result
  }

  const retryOne = (id: string): Promise<Job> => client.jobs.retry({ id })

  return unlessReadOnly(stores, {
    cancel(job) {
      askToStop(job).then(
        (result) => {
          if (result !== 'cancelled') return
          show({
            glyph: 'cancelled',
            title: `${formatId(job.id)} is cancelled`,
            detail: `${job.type}, before it started`,
            action: {
              label: 'Undo',
              run: () => {
                if (refusesChange(stores)) return
                retryOne(job.id).then(
                  () => show({ glyph: 'queued', title: `${formatId(job.id)} is back in the queue` }),
                  fail(`${formatId(job.id)} could not be put back`),
                )
              },
            },
          })
        },
        fail(`${formatId(job.id)} could not be cancelled`),
      )
    },
    kill(job, then) {
      const running = stores.cancels.getState().pending.get(job.id)
      // Marked before the call: the job may be over before the answer is here.
      stores.cancels.setState((state) =>
        withCancel(state, {
          id: job.id,
          type: job.type,
          askedAt: running?.askedAt ?? runnerNow(),
          killAt: 0,
          runningSince: running?.runningSince,
        }),
      )
      client.jobs.cancel({ id: job.id, now: true, then }).then(
        (answer) => {
          // It goes back to wait, so nothing will say that it ended.
          if (then === 'retry') stores.cancels.setState((state) => withoutCancel(state, job.id))
          if (then === 'retry') show({ glyph: 'killed', title: `${formatId(job.id)} was killed and will run again` })
          else if (answer.result === 'asked') show({ glyph: 'cancelling', title: answer.message })
        },
        (error: unknown) => {
          stores.cancels.setState((state) => withoutCancel(state, job.id))
          fail(`${formatId(job.id)} could not be killed`)(error)
        },
      )
    },
    retry(job) {
      retryOne(job.id).then(
        () => show({ glyph: 'queued', title: `${formatId(job.id)} is back in the queue`, detail: job.type }),
        fail(`${formatId(job.id)} could not be retried`),
      )
    },
    promote(job) {
      client.jobs
        .promote({ id: job.id })
        .then(
          () => show({ glyph: 'queued', title: `${formatId(job.id)} runs as soon as a thread is free` }),
          fail(`${formatId(job.id)} could not be started`),
        )
    },
    remove({ id, type }) {
      client.jobs
        .remove({ id })
        .then(
          () => show({ glyph: 'queued', title: `${formatId(id)} is removed`, detail: type }),
          fail(`${formatId(id)} could not be removed`),
        )
    },
  })
}

/** The same actions, each of which only says why it does nothing while the profile is read-only. */
function unlessReadOnly(stores: PanelStores, actions: JobActions): JobActions {
  const unless =
    <Args extends unknown[]>(act: (...args: Args) => void) =>
    (...args: Args): void => {
      if (!refusesChange(stores)) act(...args)
    }
  return {
    cancel: unless(actions.cancel),
    kill: unless(actions.kill),
    retry: unless(actions.retry),
    promote: unless(actions.promote),
    remove: unless(actions.remove),
  }
}

export function useJobActions(): JobActions {
  const { client, stores } = usePanel()
  return useMemo(() => createJobActions(client, stores), [client, stores])
}

export function canCancel(job: Pick<JobSummary, 'state'>): boolean {
  return !isFinished(job.state)
}

export function canRetry(job: Pick<JobSummary, 'state'>): boolean {
  return isFinished(job.state)
}

/** A running job has to be cancelled first. */
export function canRemove(job: Pick<JobSummary, 'state'>): boolean {
  return job.state !== 'active'
}
