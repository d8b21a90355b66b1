import { useEffect, useRef, useState } from 'react'
import type { ConnectionTest } from '../../../electron/contract/connection-test.ts'
import { toPanelError, type PanelError } from '../../lib/errors.ts'
import { useClient } from '../../lib/panel-context.tsx'
import type { Client } from '../../lib/client.ts'

export type TestInput = Parameters<Client['profiles']['watchTest']>[0]

export interface RunningTest {
  test: ConnectionTest | undefined
  /** Why it could not be run at all, or broke off. */
  error: PanelError | undefined
  running: boolean
  /** What was tested, to see whether the form has changed since. */
  of: string | undefined
  run(input: TestInput, of: string): void
  cancel(): void
}

/** One test at a time, told step by step. It ends with the screen. */
export function useConnectionTest(onRefused: (error: PanelError) => void): RunningTest {
  const client = useClient()
  const [state, setState] = useState<Pick<RunningTest, 'test' | 'error' | 'running' | 'of'>>({
    test: undefined,
    error: undefined,
    running: false,
    of: undefined,
  })
  const stop = useRef<AbortController>(undefined)
  useEffect(() => () => stop.current?.abort(), [])

  const run: RunningTest['run'] = (input, of) => {
    stop.current?.abort()
    const own = new AbortController()
    stop.current = own
    setState({ test: undefined, error: undefined, running: true, of })
    const follow = async (): Promise<void> => {
      const told = await client.profiles.watchTest(input, { signal: own.signal })
      for await (const test of told) {
        if (own.signal.aborted) return
        setState((before) => ({ ...before, test }))
      }
    }
    follow()
      .catch((caught: unknown) => {
        if (own.signal.aborted) return
        const error = toPanelError(caught)
        setState((before) => ({ ...before, error }))
        onRefused(error)
      })
      .finally(() => {
        if (stop.current === own) setState((before) => ({ ...before, running: false }))
      })
  }
  const cancel = (): void => {
    stop.current?.abort()
    setState((before) => ({ ...before, running: false }))
  }
  return { ...state, run, cancel }
}
