import { unverifiedWords } from '../../electron/contract/unverified-tls.ts'
import { Icon } from './icon.tsx'

/** Beside the name of a profile whose servers may be anybody: it stands there for as long as that is so. */
export function UnverifiedTag() {
  return (
    <span className="tag unverified" title="Whoever sits in between can read the password and change every job.">
      <Icon name="warn" />
      {unverifiedWords}
    </span>
  )
}
