import type { ConnectionStep } from '../../../electron/contract/connection-test.ts'
import { Button } from '../../components/button.tsx'
import { CopyIcon } from '../../components/copy-button.tsx'

/** A key that was never seen before. Whoever presses here has compared it. */
export function HostKeyQuestion({
  hostKey: { name, keyType, fingerprint },
  onTrust,
}: {
  hostKey: NonNullable<ConnectionStep['hostKey']>
  onTrust(): void
}) {
  return (
    <div className="hk" role="group" aria-label={`Host key of ${name}`}>
      <p>
        <b className="mono">{name}</b> is not known yet. Compare its key with the one its owner gives you.
      </p>
      <p className="hk-k">
        <span className="mono">
          {keyType} {fingerprint}
        </span>
        <CopyIcon text={fingerprint} label="Copy the fingerprint" />
      </p>
      <Button size="sm" icon="check" onClick={onTrust}>
        Trust this key
      </Button>
      <p className="f-help">It is written into known_hosts of Toril’s data folder, then the test goes on.</p>
    </div>
  )
}
