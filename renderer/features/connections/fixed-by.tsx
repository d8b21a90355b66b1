import { Icon } from '../../components/icon.tsx'
import { useSystem } from '../../lib/panel-context.tsx'
import { masked } from './masked.ts'

/** What the environment says in place of the profile. It wins, whichever profile is used. */
export function FixedBy({ field }: { field: 'profile.queue' | 'profile.history' | 'profile.queueName' }) {
  const fixed = useSystem((system) => system?.environment.find((one) => one.field === field))
  if (fixed === undefined) return null
  return (
    <p className="ce-note">
      <Icon name="lock" className="sm" />
      <span>
        Set by <b className="mono">{fixed.variable}</b>:{' '}
        <span className="mono">{masked(fixed.variable, fixed.value)}</span>. It beats what is here until it is unset
        where Toril is started.
      </span>
    </p>
  )
}
