import { useMemo } from 'react'
import { useStore } from 'zustand'
import type { Client } from '../../lib/client.ts'
import { toPanelError } from '../../lib/errors.ts'
import { usePanel } from '../../lib/panel-context.tsx'
import type { PanelStores } from '../../lib/panel-stores.ts'
import { withInspection, type Inspection } from '../../stores/inspections.ts'

export interface InspectActions {
  /** Takes the stack of the job now. */
  sample(id: string): Promise<void>
  /** Records a CPU profile for this long, or until `end`, or until the attempt is over. */
  record(id: string, durationMs: number): Promise<void>
  end(id: string): Promise<void>
}

export function createInspectActions(client: Client, stores: PanelStores): InspectActions {
  const set = (id: string, change: Parameters<typeof withInspection>[2]): void =>
    stores.inspections.setState((state) => withInspection(state, id, change))
  const runnerNow = (): number => Date.now() + stores.connection.getState().clockOffsetMs

  return {
    async sample(id) {
      set(id, { sampling: true, error: undefined })
      try {
        set(id, { sampling: undefined, sample: await client.jobs.stack({ id }) })
      } catch (error) {
        set(id, { sampling: undefined, error: toPanelError(error) })
      }
    },
    async record(id, durationMs) {
      const since = runnerNow()
      set(id, { recording: { since, until: since + durationMs, ending: false }, error: undefined })
      try {
        set(id, { recording: undefined, profile: await client.jobs.profile({ id, durationMs }) })
      } catch (error) {
        set(id, { recording: undefined, error: toPanelError(error) })
      }
    },
    async end(id) {
      const { recording } = stores.inspections.getState().jobs.get(id) ?? {}
      if (recording === undefined) return
      set(id, { recording: { ...recording, ending: true } })
      try {
        await client.jobs.endProfile({ id })
      } catch (error) {
        // It was over by itself, or has not begun yet and can be ended again.
        if (toPanelError(error).code !== 'NOT_PROFILED') set(id, { error: toPanelError(error) })
        const now = stores.inspections.getState().jobs.get(id)?.recording
        if (now !== undefined) set(id, { recording: { ...now, ending: false } })
      }
    },
  }
}

export function useInspectActions(): InspectActions {
  const { client, stores } = usePanel()
  return useMemo(() => createInspectActions(client, stores), [client, stores])
}

const none: Inspection = {}

export function useInspection(id: string): Inspection {
  return useStore(usePanel().stores.inspections, (state) => state.jobs.get(id) ?? none)
}
