import type { BatchAction, BatchProgress } from '../../../electron/contract/batch.ts'
import type { Client } from '../../lib/client.ts'
import { toPanelError } from '../../lib/errors.ts'
import { formatCount, plural } from '../../lib/format.ts'
import type { PanelStores } from '../../lib/panel-stores.ts'
import { refusesChange } from '../../lib/read-only.ts'
import type { RunningBatch } from '../../stores/batch.ts'
import type { BatchQuery } from '../../stores/mass.ts'
import { callQueueAct, type QueueRequest } from './queue-acts.ts'

type Action = RunningBatch['action']

const words: Record<Action, string> = {
  cancel: 'asked to stop or cancelled',
  retry: 'back in the queue',
  remove: 'removed',
  drain: 'taken out of the queue',
  clean: 'removed',
  obliterate: 'obliterated with the queue',
}

function tell({ stores, action }: { stores: PanelStores; action: Action }, end: BatchProgress, stopped: boolean): void {
  const { show } = stores.toasts.getState()
  const title = `${plural(end.done, 'job')} ${words[action]}`
  const left = end.total - end.done - end.failed
  if (end.failed > 0) {
    const detail = end.firstError === undefined ? {} : { detail: end.firstError }
    show({ role: 'alert', glyph: 'failed', title: `${title}, ${formatCount(end.failed)} not`, ...detail })
  } else if (stopped && left > 0)
    show({ glyph: 'queued', title, detail: `Stopped. ${formatCount(left)} left as they are.` })
  else show({ glyph: 'queued', title })
}

/** Follows something done to many jobs at the runner; the store has how far it is, a toast how it ended. */
async function follow(
  stores: PanelStores,
  action: Action,
  begin: (signal: AbortSignal) => Promise<AsyncIterable<BatchProgress>>,
): Promise<void> {
  if (refusesChange(stores)) return
  if (stores.batch.getState().batch !== undefined) {
    const detail = 'Wait until it is over, or stop it on the Jobs screen.'
    stores.toasts.getState().show({ role: 'alert', title: 'Another batch is under way', detail })
    return
  }
  const stop = new AbortController()
  let last: BatchProgress | undefined
  const set = (): void => stores.batch.setState({ batch: { action, progress: last, stop: () => stop.abort() } })
  set()
  try {
    for await (const progress of await begin(stop.signal)) {
      last = progress
      set()
    }
    if (last !== undefined) tell({ stores, action }, last, false)
  } catch (error) {
    if (stop.signal.aborted && last !== undefined) tell({ stores, action }, last, true)
    else if (!stop.signal.aborted) {
      const { message: detail } = toPanelError(error)
      const title =
        last === undefined
          ? 'Nothing was changed'
          : `The batch ended after ${formatCount(last.done)} of ${formatCount(last.total)}`
      stores.toasts.getState().show({ role: 'alert', glyph: 'failed', title, detail })
    }
  } finally {
    stores.batch.setState({ batch: undefined })
  }
}

/** Does one thing to the jobs that are named, or to all that match. `confirm` is the name of the profile, which production asks for. */
export function runBatch(
  client: Client,
  stores: PanelStores,
  action: BatchAction,
  query: BatchQuery,
  confirm?: string,
): Promise<void> {
  const confirmed = confirm === undefined ? {} : { confirm }
  return follow(stores, action, (signal) => client.jobs.batch({ ...query, action, ...confirmed }, { signal }))
}

/** Empties the queue in one of three ways. */
export function runQueueAct(
  client: Client,
  stores: PanelStores,
  request: QueueRequest,
  confirm?: string,
): Promise<void> {
  const confirmed = confirm === undefined ? {} : { confirm }
  return follow(stores, request.act, (signal) => callQueueAct(client, request, confirmed, signal))
}
