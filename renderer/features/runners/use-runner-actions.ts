import { useMemo } from 'react'
import type { Resize, Runner } from '../../../electron/contract/runner.ts'
import type { Client } from '../../lib/client.ts'
import { toPanelError } from '../../lib/errors.ts'
import { usePanel } from '../../lib/panel-context.tsx'
import type { PanelStores } from '../../lib/panel-stores.ts'
import { refusesChange } from '../../lib/read-only.ts'

export interface RunnerActions {
  pause(runner: Runner): void
  resume(runner: Runner): void
  drain(runner: Runner): void
  resize(runner: Runner, size: Resize): void
  /** Says why nothing may be changed, where that is so. */
  refused(): void
}

export function createRunnerActions(client: Client, stores: PanelStores): RunnerActions {
  function put(changed: Runner): void {
    stores.runners.setState(({ value }) => ({
      value: value?.map((known) => (known.id === changed.id ? changed : known)),
    }))
  }

  function act(runner: Runner, call: Promise<Runner>, refused: string, done?: string): void {
    const show = stores.toasts.getState().show
    call.then(
      (changed) => {
        // The answer of another runner knows nothing of who looks.
        put({ ...changed, self: runner.self })
        if (done !== undefined) show({ glyph: 'running', title: done })
      },
      (error: unknown) => show({ role: 'alert', glyph: 'failed', title: refused, detail: toPanelError(error).message }),
    )
  }

  return {
    refused: () => void refusesChange(stores),
    pause(runner) {
      if (refusesChange(stores)) return
      act(runner, client.runners.pause({ id: runner.id }), `${runner.host} could not be paused`)
    },
    resume(runner) {
      if (refusesChange(stores)) return
      const done = `${runner.host} takes jobs again`
      act(runner, client.runners.resume({ id: runner.id }), `${runner.host} could not be resumed`, done)
    },
    drain(runner) {
      if (refusesChange(stores)) return
      act(runner, client.runners.drain({ id: runner.id }), `${runner.host} could not be drained`)
    },
    resize(runner, size) {
      if (refusesChange(stores)) return
      // Shown at once; put back if the runner refuses it.
      put({ ...runner, ...size } as Runner)
      const call = client.runners.resize({ params: { id: runner.id }, body: size })
      call.catch(() => put(runner))
      act(runner, call, `${runner.host} could not be resized`)
    },
  }
}

export function useRunnerActions(): RunnerActions {
  const { client, stores } = usePanel()
  return useMemo(() => createRunnerActions(client, stores), [client, stores])
}
