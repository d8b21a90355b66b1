import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { FoundQueues } from './found-queues.tsx'
import { StatusSection } from './status-section.tsx'
import { TestPane } from './test-pane.tsx'
import type { RunningTest } from './use-connection-test.ts'

/** What the servers of a profile say: tried now, how the connection in use stands, and the queues that are there. */
export function ServerPane({
  profile,
  inUse,
  test,
  stale,
  onTest,
}: {
  profile: ConnectionProfile | undefined
  inUse: boolean
  test: RunningTest
  stale: boolean
  onTest(acceptHostKey?: string): void
}) {
  return (
    <aside className="cn-t scroll" aria-label="Servers of the profile">
      <TestPane test={test} stale={stale} onRun={onTest} />
      {inUse && <StatusSection />}
      {profile !== undefined && <FoundQueues profile={profile} />}
    </aside>
  )
}
