import { toPanelError } from '../lib/errors.ts'
import { usePanel } from '../lib/panel-context.tsx'
import { refusesChange } from '../lib/read-only.ts'

/** Pauses the queue, or lets it go on; says what came of it. */
export function usePauseToggle(): () => void {
  const { client, stores } = usePanel()
  return () => {
    if (refusesChange(stores)) return
    const toast = stores.toasts.getState().show
    const paused = stores.queue.getState().value?.paused ?? false
    const call = paused ? client.queue.resume() : client.queue.pause()
    call.then(
      (queue) => {
        stores.queue.setState({ value: queue })
        // That it is paused is said by the banner, for as long as it is.
        if (!queue.paused) toast({ glyph: 'running', title: 'Jobs start again' })
      },
      (error: unknown) =>
        toast({
          role: 'alert',
          glyph: 'failed',
          title: paused ? 'The queue could not be resumed' : 'The queue could not be paused',
          detail: toPanelError(error).message,
        }),
    )
  }
}
