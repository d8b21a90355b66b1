import { toPanelError } from '../../lib/errors.ts'
import { usePanel, usePreferences } from '../../lib/panel-context.tsx'

/** As preferences allow. */
export const poolLimits = { min: 1, max: 256 }

/** The size of the pool, and a way to change it at once. */
export function usePoolSize(): { size: number | undefined; setSize(size: number): void } {
  const { client, stores } = usePanel()
  const size = usePreferences((preferences) => preferences?.pool.maxThreads)
  return {
    size,
    setSize(maxThreads) {
      const before = stores.preferences.getState().value
      if (before === undefined || maxThreads < poolLimits.min || maxThreads > poolLimits.max) return
      // Shown at once; put back if the runner refuses it.
      stores.preferences.setState({ value: { ...before, pool: { ...before.pool, maxThreads } } })
      const minThreads = before.pool.minThreads > maxThreads ? { minThreads: maxThreads } : {}
      client.preferences.update({ pool: { maxThreads, ...minThreads } }).then(
        (value) => stores.preferences.setState({ value }),
        (error: unknown) => {
          stores.preferences.setState({ value: before })
          stores.toasts.getState().show({
            role: 'alert',
            glyph: 'failed',
            title: 'The pool could not be resized',
            detail: toPanelError(error).message,
          })
        },
      )
    },
  }
}
