import type { BatchAction, BatchProgress } from '../../../electron/contract/batch.ts'
import type { Client } from '../../lib/client.ts'
import { toPanelError } from '../../lib/errors.ts'
import { formatCount, plural } from '../../lib/format.ts'
import type { PanelStores } from '../../lib/panel-stores.ts'
import { refusesChange } from '../../lib/read-only.ts'

export type BatchQuery = Omit<Parameters<Client['jobs']['batch']>[0], 'action'>

const words: Record<BatchAction, string> = {
  cancel: 'asked to stop or cancelled',
  retry: 'back in the queue',
  remove: 'removed',
}

function tell(
  { stores, action }: { stores: PanelStores; action: BatchAction },
  end: BatchProgress,
  stopped: boolean,
): void {
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

/** Does one thing to all jobs that match, at the runner; the store has how far it is, a toast how it ended. */
export async function runBatch(
  client: Client,
  stores: PanelStores,
  action: BatchAction,
  query: BatchQuery,
): Promise<void> {
  if (refusesChange(stores) || stores.batch.getState().batch !== undefined) return
  const stop = new AbortController()
  let last: BatchProgress | undefined
  const set = (): void => stores.batch.setState({ batch: { action, progress: last, stop: () => stop.abort() } })
  set()
  try {
    for await (const progress of await client.jobs.batch({ ...query, action }, { signal: stop.signal })) {
      last = progress
      set()
    }
    if (last !== undefined) tell({ stores, action }, last, false)
  } catch (error) {
    if (stop.signal.aborted && last !== undefined) tell({ stores, action }, last, true)
    else if (!stop.signal.aborted) {
      const { message: detail } = toPanelError(error)
      const done = last === undefined ? '' : ` after ${formatCount(last.done)} of ${formatCount(last.total)}`
      stores.toasts.getState().show({ role: 'alert', glyph: 'failed', title: `The batch ended${done}`, detail })
    }
  } finally {
    stores.batch.setState({ batch: undefined })
  }
}
