import { Button } from '../components/button.tsx'
import { EnvironmentTag } from '../components/environment-tag.tsx'
import { formatClock, formatCountdown } from '../lib/format.ts'
import { usePanel, useSystem } from '../lib/panel-context.tsx'
import { useNow } from '../lib/use-now.ts'
import { Strip } from './strip.tsx'
import { allowedMinutes, useChanges } from './use-changes.ts'

/** A read-only profile that may be changed through for a while. */
function ChangesAllowed({ until }: { until: string }) {
  const profile = useSystem((system) => system?.profile)
  const { end } = useChanges()
  const now = useNow()
  return (
    <Strip tone="profile-banner" icon="warn">
      {profile !== undefined && <EnvironmentTag environment={profile.environment} />}
      <span>
        <b>Changes of {profile?.name} are allowed</b> <span className="sr">until {formatClock(until)}.</span>
        {/* Not read out each second. */}
        <b aria-hidden="true">for {formatCountdown(Date.parse(until) - now)}.</b>
        {profile?.takesNoJobs === true && ' This runner still takes none of its jobs.'}
      </span>
      <Button size="sm" onClick={end}>
        End now
      </Button>
    </Strip>
  )
}

function ReadOnly() {
  const { stores } = usePanel()
  const profile = useSystem((system) => system?.profile)
  if (profile === undefined) return null
  return (
    <Strip tone="profile-banner" icon="lock">
      <EnvironmentTag environment={profile.environment} />
      <span>
        <b>{profile.name} is read-only.</b> Enqueue, cancel, retry, remove and pause are off
        {profile.takesNoJobs === true ? ', and this runner takes none of its jobs' : ''}.
      </span>
      <Button size="sm" onClick={() => stores.ui.setState({ question: { kind: 'allow-changes' } })}>
        Allow changes for {allowedMinutes} min…
      </Button>
    </Strip>
  )
}

/** What may be changed through a read-only profile. */
export function ReadOnlyBanner() {
  const until = useSystem((system) => system?.profile.changesAllowedUntil)
  return until === undefined ? <ReadOnly /> : <ChangesAllowed until={until} />
}
