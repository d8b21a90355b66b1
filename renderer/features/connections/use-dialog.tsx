import { useState } from 'react'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { unverifiedParts } from '../../../electron/contract/unverified-tls.ts'
import { EnvironmentTag } from '../../components/environment-tag.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { UnverifiedTag } from '../../components/unverified-tag.tsx'
import { formatDuration } from '../../lib/format.ts'
import { usePreferences, useSystem, useThreads } from '../../lib/panel-context.tsx'
import { Dialog } from './dialog.tsx'

type Grace = 'preference' | '60000' | '600000'

/** What becomes of the jobs that run here. */
export function finishWords(running: number, waits: string, from: string): string {
  const back = `wait ${from === 'the old connection' ? 'where it led before' : `in ${from}`}, and no attempt is used up.`
  if (running === 0) return `No job runs now. One that runs by then has ${waits} to finish, or goes back to ${back}`
  if (running === 1) return `1 job runs now and has ${waits} to finish. Then it goes back to ${back}`
  return `${running} jobs run now and have ${waits} to finish. Then they go back to ${back}`
}

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
  const inUse = useSystem((system) => system?.profile)
  // The profile in use, changed since: it is left for itself.
  const again = inUse?.id === profile.id
  const from = again ? 'the old connection' : (inUse?.name ?? 'the old profile')
  const running = useThreads((threads) => threads?.filter(({ job }) => job !== undefined).length) ?? 0
  const unverified = unverifiedParts(profile).length > 0
  const waits = formatDuration(grace === 'preference' ? (usual ?? 0) : Number(grace))
  return (
    <Dialog
      title={again ? `Use ${profile.name} again?` : `Use ${profile.name}?`}
      look={profile}
      tags={
        <>
          <EnvironmentTag environment={profile.environment} />
          {unverified && <UnverifiedTag />}
        </>
      }
      submitLabel={again ? 'Use again' : `Use ${profile.name}`}
      cancelLabel="Stay"
      onSubmit={() => onUse(grace === 'preference' ? undefined : Number(grace))}
      onClose={onClose}
    >
      <ul>
        <li>
          <span>It is connected to first. If that fails, {from} stays in use and nothing is changed.</span>
        </li>
        <li>
          <span>{finishWords(running, waits, from)}</span>
        </li>
        <li>
          <span>
            {again
              ? 'If it leads to another server or queue now, jobs that wait where it led before stay there.'
              : `Jobs that wait in ${from} stay there until a runner uses it again.`}
          </span>
        </li>
        <li>
          <span>
            {profile.readOnly
              ? `${profile.name} is read-only: this runner takes no jobs of it.`
              : `This runner takes the jobs of ${profile.name} from then on.`}
          </span>
        </li>
        {unverified && (
          <li className="t-retry">
            <span>
              Its certificate is not verified: whoever sits in between can read the password and change every job.
            </span>
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
