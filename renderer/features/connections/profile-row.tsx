import { Link } from 'wouter'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { unverifiedParts } from '../../../electron/contract/unverified-tls.ts'
import { EnvironmentTag } from '../../components/environment-tag.tsx'
import { Icon } from '../../components/icon.tsx'
import { UnverifiedTag } from '../../components/unverified-tag.tsx'
import { kindIcon, placeOf, queueKindWords } from './profile-words.ts'

/** What is said beside the name: in use, unsaved, and what keeps hands off. */
function Marks({ profile, inUse, edited }: { profile: ConnectionProfile; inUse: boolean; edited: boolean }) {
  return (
    <span className="cp-t">
      {edited && (
        <span className="chg-dot" title="Changes not saved">
          <span className="sr">Changes not saved</span>
        </span>
      )}
      {profile.readOnly && (
        <span title="Read-only">
          <Icon name="lock" className="sm" />
          <span className="sr">Read-only</span>
        </span>
      )}
      {inUse && <span className="tag">In use</span>}
    </span>
  )
}

/** One that was opened by its address may stand far down the list. In its middle a banner that comes later hides nothing. */
function intoView(row: HTMLAnchorElement | null): void {
  const list = row?.closest('.cps')?.getBoundingClientRect()
  if (row === null || list === undefined) return
  const { top, bottom } = row.getBoundingClientRect()
  if (top < list.top || bottom > list.bottom) row.scrollIntoView({ block: 'center' })
}

export function ProfileRow({
  profile,
  selected,
  inUse,
  edited,
}: {
  profile: ConnectionProfile
  selected: boolean
  inUse: boolean
  edited: boolean
}) {
  const unverified = unverifiedParts(profile).length > 0
  return (
    <li>
      <Link
        ref={selected ? intoView : undefined}
        href={`/connections/${encodeURIComponent(profile.id)}`}
        className={`cp c-${profile.colour}`}
        aria-current={selected ? 'true' : undefined}
      >
        <span className="cp-i" title={queueKindWords[profile.queue.kind]}>
          <Icon name={kindIcon(profile)} />
        </span>
        <b className="cut" title={profile.name}>
          {profile.name}
        </b>
        <Marks profile={profile} inUse={inUse} edited={edited} />
        <small className="mono cut" title={placeOf(profile)}>
          {placeOf(profile)}
        </small>
        {(profile.environment !== 'development' || unverified) && (
          <span className="cp-e">
            {profile.environment !== 'development' && <EnvironmentTag environment={profile.environment} />}
            {unverified && <UnverifiedTag />}
          </span>
        )}
      </Link>
    </li>
  )
}
