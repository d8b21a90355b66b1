import { useCallback, useEffect, useRef, useState } from 'react'
import { toPanelError, type PanelError } from './errors.ts'

export interface Loaded<Value> {
  /** The last answer; stays while a newer one is on its way, or has failed. */
  value: Value | undefined
  /** Why the last load failed. */
  error: PanelError | undefined
  reload(): void
}

/**
 * Reads something from the runner now and again after `reload`. `key` says what is read: when it
 * changes, the old answer is dropped, and an answer to an older question never wins over a newer one.
 */
export function useLoad<Value>(key: string, load: (signal: AbortSignal) => Promise<Value>): Loaded<Value> {
  const [state, setState] = useState<{ key: string; value: Value | undefined; error: PanelError | undefined }>({
    key,
    value: undefined,
    error: undefined,
  })
  const [turn, setTurn] = useState(0)
  const latest = useRef(load)
  latest.current = load
  useEffect(() => {
    const stop = new AbortController()
    latest.current(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setState({ key, value, error: undefined })
      },
      (caught: unknown) => {
        if (stop.signal.aborted) return
        const error = toPanelError(caught)
        setState((before) => ({ key, value: before.key === key ? before.value : undefined, error }))
      },
    )
    return () => stop.abort()
  }, [key, turn])
  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const current = state.key === key
  return { value: current ? state.value : undefined, error: current ? state.error : undefined, reload }
}

/** Calls `act` when `signal` has changed, at most once in `everyMs`; the last change is never missed. */
export function useThrottledEffect(signal: unknown, everyMs: number, act: () => void): void {
  const last = useRef({ signal, at: 0 })
  const latest = useRef(act)
  latest.current = act
  useEffect(() => {
    if (Object.is(last.current.signal, signal)) return
    const waitMs = Math.max(0, last.current.at + everyMs - Date.now())
    const timer = setTimeout(() => {
      last.current = { signal, at: Date.now() }
      latest.current()
    }, waitMs)
    return () => clearTimeout(timer)
  }, [signal, everyMs])
}
