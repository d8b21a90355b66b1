import { Button } from '../components/button.tsx'
import { EnvironmentTag } from '../components/environment-tag.tsx'
import { formatClock, formatCountdown } from '../lib/format.ts'
import { usePanel, useRunners, useSystem } from '../lib/panel-context.tsx'
import { useNow } from '../lib/use-now.ts'
import { takingWords } from './read-only-words.ts'
import { Strip } from './strip.tsx'
import { allowedMinutes, useChanges } from './use-changes.ts'
import { useUseAgain } from './use-profile-choice.ts'

/** How many jobs run on this runner. */
function useRunningHere(): number {
  return useRunners((runners) => runners?.find(({ self }) => self)?.active ?? 0)
}

/** A read-only profile that may be changed through for a while. */
function ChangesAllowed({ until }: { until: string }) {
  const profile = useSystem((system) => system?.profile)
  const running = useRunningHere()
  const { end } = useChanges()
  const now = useNow()
  return (
    <Strip tone="profile-banner" icon="warn">
      {profile !== undefined && <EnvironmentTag environment={profile.environment} />}
      <span>
        <b>Changes of {profile?.name} are allowed</b> <span className="sr">until {formatClock(until)}.</span>
        {/* Not read out each second. */}
        <b aria-hidden="true">for {formatCountdown(Date.parse(until) - now)}.</b>
        {profile !== undefined && ` ${takingWords(profile, running)}`}
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
  const running = useRunningHere()
  if (profile === undefined) return null
  return (
    <Strip tone="profile-banner" icon="lock">
      <EnvironmentTag environment={profile.environment} />
      <span>
        <b>{profile.name} is read-only.</b> {takingWords(profile, running)}
      </span>
      <Button size="sm" onClick={() => stores.ui.setState({ question: { kind: 'allow-changes' } })}>
        Allow changes for {allowedMinutes} min…
      </Button>
    </Strip>
  )
}

/** Read-only when it was opened and no longer: nothing else would say why no job is taken. */
function TakesNone() {
  const profile = useSystem((system) => system?.profile)
  const useAgain = useUseAgain()
  if (profile === undefined) return null
  return (
    <Strip tone="profile-banner" icon="lock">
      <EnvironmentTag environment={profile.environment} />
      <span>
        <b>This runner takes no jobs of {profile.name}.</b> {takingWords(profile, 0)}
      </span>
      <Button size="sm" onClick={useAgain}>
        Use again…
      </Button>
    </Strip>
  )
}

/** What may be changed through a read-only profile, and what the runner does of it. */
export function ReadOnlyBanner() {
  const readOnly = useSystem((system) => system?.profile.readOnly === true)
  const until = useSystem((system) => system?.profile.changesAllowedUntil)
  if (!readOnly) return <TakesNone />
  return until === undefined ? <ReadOnly /> : <ChangesAllowed until={until} />
}

/** Its connection was changed and saved, which changes nothing of the one that is open. */
export function ChangedBanner() {
  const profile = useSystem((system) => system?.profile)
  const useAgain = useUseAgain()
  if (profile === undefined) return null
  return (
    <Strip tone="profile-banner" icon="connections">
      <EnvironmentTag environment={profile.environment} />
      <span>
        <b>The connection of {profile.name} was changed.</b> The runner keeps the one it has until the profile is used
        again.
      </span>
      <Button size="sm" onClick={useAgain}>
        Use again…
      </Button>
    </Strip>
  )
}
