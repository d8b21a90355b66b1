import { useState } from 'react'
import { toPanelError } from '../lib/errors.ts'
import { usePanel } from '../lib/panel-context.tsx'

/** Has the runner try to reach the queue now; what comes of it is in the banner. */
export function useQueueTry(): { tryNow: () => void; trying: boolean } {
  const { client, stores } = usePanel()
  const [trying, setTrying] = useState(false)
  return {
    trying,
    tryNow() {
      setTrying(true)
      client.queue
        .reconnect()
        .then((connection) => {
          const { value } = stores.queue.getState()
          if (value !== undefined) stores.queue.setState({ value: { ...value, connection } })
        })
        .catch((error: unknown) =>
          stores.toasts.getState().show({
            role: 'alert',
            glyph: 'failed',
            title: 'The runner could not be asked to try',
            detail: toPanelError(error).message,
          }),
        )
        .finally(() => setTrying(false))
    },
  }
}
