import { createClient, type Client } from './client.ts'
import { createPanelStores, type PanelStores } from './panel-stores.ts'
import { createReconnecting } from './reconnect.ts'
import type { Transport } from './transport.ts'
import { reportCancels } from './report-cancels.ts'
import { watchUpdates } from './updates.ts'

/** Everything behind the screens. One per window. */
export interface Panel {
  client: Client
  stores: PanelStores
  /** Tries to reach the runner now instead of waiting for the next try. */
  tryNow(): void
  /** Connects and follows updates; returns a function that ends both. */
  start(): () => void
}

export function createPanel(transport: Transport): Panel {
  const stores = createPanelStores()
  const reconnecting = createReconnecting(transport, stores.connection)
  const client = createClient(reconnecting.link)
  return {
    client,
    stores,
    tryNow: () => reconnecting.tryNow(),
    start() {
      const stop = new AbortController()
      const close = reconnecting.start()
      void watchUpdates(client, stores, (signal) => reconnecting.whenOpen(signal), stop.signal)
      const stopReporting = reportCancels(client, stores)
      return () => {
        stop.abort()
        stopReporting()
        close()
      }
    },
  }
}
