import { Link } from 'wouter'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { unverifiedParts, unverifiedWords } from '../../../electron/contract/unverified-tls.ts'
import { EnvironmentTag } from '../../components/environment-tag.tsx'
import { Icon } from '../../components/icon.tsx'
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
  return (
    <li>
      <Link
        href={`/connections/${encodeURIComponent(profile.id)}`}
        className={`cp c-${profile.colour}`}
        aria-current={selected ? 'true' : undefined}
      >
        <span className="cp-i" title={queueKindWords[profile.queue.kind]}>
          <Icon name={kindIcon(profile)} />
        </span>
        <span className="cut">
          <b className="cut">{profile.name}</b>
          <small title={placeOf(profile)}>
            {profile.environment !== 'development' && <EnvironmentTag environment={profile.environment} />}
            {unverifiedParts(profile).length > 0 && <span className="tag retry">{unverifiedWords}</span>}
            <span className="mono">{placeOf(profile)}</span>
          </small>
        </span>
        <Marks profile={profile} inUse={inUse} edited={edited} />
      </Link>
    </li>
  )
}
