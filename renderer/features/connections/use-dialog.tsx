import { useState } from 'react'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { Segmented } from '../../components/segmented.tsx'
import { counted } from '../../components/words.ts'
import { formatDuration } from '../../lib/format.ts'
import { usePreferences, useSystem, useThreads } from '../../lib/panel-context.tsx'
import { Dialog } from './dialog.tsx'

type Grace = 'preference' | '60000' | '600000'

/** Says what becomes of what runs before the runner moves. */
export function UseDialog({
  profile,
  onUse,
  onClose,
}: {
  profile: ConnectionProfile
  onUse(graceMs: number | undefined): void
  onClose(): void
}) {
  const [grace, setGrace] = useState<Grace>('preference')
  const usual = usePreferences((preferences) => preferences?.cancel.graceMs)
  const from = useSystem((system) => system?.profile.name) ?? 'the old profile'
  const running = useThreads((threads) => threads?.filter(({ state }) => state === 'busy').length) ?? 0
  const waits = formatDuration(grace === 'preference' ? (usual ?? 0) : Number(grace))
  return (
    <Dialog
      title={`Use ${profile.name}?`}
      submitLabel={`Use ${profile.name}`}
      cancelLabel="Stay"
      onSubmit={() => onUse(grace === 'preference' ? undefined : Number(grace))}
      onClose={onClose}
    >
      <ul>
        <li>
          <span>It is connected to first. If that fails, {from} stays in use and nothing is changed.</span>
        </li>
        <li>
          <span>
            {running === 0 ? 'No job runs now. One that does then has' : `${counted(running, 'job')} running now, with`}{' '}
            {waits} to finish. Then it goes back to wait in {from}, and no attempt is used up.
          </span>
        </li>
        <li>
          <span>Jobs that wait in {from} stay there until a runner uses it again.</span>
        </li>
        {profile.readOnly && (
          <li>
            <span>{profile.name} is read-only: this runner takes no jobs of it.</span>
          </li>
        )}
      </ul>
      <div className="f">
        <span className="dlg-l">Time for running jobs</span>
        <Segmented<Grace>
          label="Time for running jobs"
          value={grace}
          full
          options={[
            { value: 'preference', label: `As set, ${formatDuration(usual)}` },
            { value: '60000', label: '1 minute' },
            { value: '600000', label: '10 minutes' },
          ]}
          onChange={setGrace}
        />
      </div>
    </Dialog>
  )
}
