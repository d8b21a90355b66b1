import { useEffect, useEffectEvent, useState } from 'react'
import { toPanelError, type PanelError } from '../../lib/errors.ts'

export interface Loaded<Value> {
  value: Value | undefined
  error: PanelError | undefined
  reload(): void
}

/**
 * Loads again when `key` changes; `undefined` loads nothing. The last value stays while a newer one of the
 * same key is on its way, so that nothing flickers.
 */
export function useLoaded<Value>(
  key: string | undefined,
  load: (signal: AbortSignal) => Promise<Value>,
): Loaded<Value> {
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{ key: string | undefined; value?: Value; error?: PanelError }>({ key })
  // A new function at every draw; what it loads is named by the key.
  const loadNow = useEffectEvent((signal: AbortSignal) => load(signal))
  useEffect(() => {
    if (key === undefined) return
    const stop = new AbortController()
    loadNow(stop.signal).then(
      (value) => !stop.signal.aborted && setState({ key, value }),
      (error: unknown) => !stop.signal.aborted && setState({ key, error: toPanelError(error) }),
    )
    return () => stop.abort()
  }, [key, turn])
  const current = state.key === key ? state : { value: undefined, error: undefined }
  return { value: current.value, error: current.error, reload: () => setTurn((before) => before + 1) }
}
