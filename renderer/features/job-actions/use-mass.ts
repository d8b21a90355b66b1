import { usePanel } from '../../lib/panel-context.tsx'
import type { PanelStores } from '../../lib/panel-stores.ts'
import type { Client } from '../../lib/client.ts'
import { refusesChange } from '../../lib/read-only.ts'
import type { Mass } from '../../stores/mass.ts'
import { runBatch } from './run-batch.ts'
import { createJobActions } from './use-job-actions.ts'

/** On production the name of the profile, which has to be typed before more than one job is touched. */
export function nameToType(stores: Pick<PanelStores, 'system'>): string | undefined {
  const profile = stores.system.getState().value?.profile
  return profile?.environment === 'production' ? profile.name : undefined
}

/** Without a question. `confirm` is the name that was typed. */
export function runMass(client: Client, stores: PanelStores, mass: Mass, confirm?: string): void {
  if (refusesChange(stores)) return
  mass.started?.()
  if (mass.kind === 'matching') {
    void runBatch(client, stores, mass.action, mass.query, confirm)
    return
  }
  const [first, ...others] = mass.jobs
  if (first === undefined) return
  // One job is no batch: it is said what became of it, and a cancel can be undone.
  if (others.length === 0) return createJobActions(client, stores)[mass.action](first)
  void runBatch(client, stores, mass.action, { ids: mass.jobs.map(({ id }) => id) }, confirm)
}

/** Production asks before more than one job is touched; everywhere what cannot be undone is asked. */
export function asksFirst(mass: Mass, production: boolean): boolean {
  if (mass.action === 'remove') return true
  return production && (mass.kind === 'matching' || mass.jobs.length > 1)
}

/** Does one thing to many jobs, after the question where there is one. */
export function useMass(): (mass: Mass) => void {
  const { client, stores } = usePanel()
  return (mass) => {
    if (refusesChange(stores)) return
    if (asksFirst(mass, nameToType(stores) !== undefined)) stores.ui.setState({ question: { kind: 'mass', mass } })
    else runMass(client, stores, mass)
  }
}
