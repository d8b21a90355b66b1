import { Button } from '../../components/button.tsx'
import { Kbd } from '../../components/kbd.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { counted } from '../../components/words.ts'
import { summaryOf } from './preferences-draft.ts'
import type { PreferencesDraft } from './use-preferences-draft.ts'

/** What waits to be applied. The bar keeps its place when nothing does, so that nothing moves. */
export function PendingBar({ draft, onShow }: { draft: PreferencesDraft; onShow(path: string): void }) {
  const { changes, invalid, failure, busy } = draft
  const blocked = [...invalid.keys()][0]
  if (changes.length === 0) {
    return (
      <footer className="pf-foot" role="region" aria-label="Pending changes">
        {failure === undefined ? <span className="dim">No changes to apply</span> : <Failure text={failure} />}
      </footer>
    )
  }
  return (
    <footer className="pf-foot" role="region" aria-label="Pending changes">
      <span className="chg-dot" />
      <b role="status">{counted(changes.length, 'change')} not applied</b>
      {failure === undefined ? <span className="sec cut">{summaryOf(changes)}</span> : <Failure text={failure} />}
      <span className="grow" />
      {blocked !== undefined && (
        <Button variant="quiet" size="sm" onClick={() => onShow(blocked)}>
          Show the problem
        </Button>
      )}
      <Button onClick={draft.discard}>Discard</Button>
      <Button
        variant="primary"
        aria-keyshortcuts="Control+S"
        disabledReason={busy ? 'It is being applied' : blocked === undefined ? undefined : 'A value cannot be used yet'}
        onClick={draft.apply}
      >
        Apply now
        <span className="keys">
          <Kbd keys="Mod+S" />
        </span>
      </Button>
    </footer>
  )
}

function Failure({ text }: { text: string }) {
  return (
    <span className="row t-failed cut" role="alert" title={text}>
      <StateGlyph name="failed" label={false} />
      <span className="cut">{text}</span>
    </span>
  )
}
