import { useState } from 'react'
import type { FieldState } from './form-context.ts'
import { parseJson } from './json-source.ts'
import { formatJson } from './json-text.ts'
import { sentence } from '../words.ts'

/** Any JSON, in place: for what the form has no control for. Kept as typed until it is JSON again. */
export function JsonControl({ state, onEmpty }: { state: FieldState; onEmpty(): void }) {
  const [typed, setTyped] = useState<string>()
  const shown = typed ?? (state.value === undefined ? '' : formatJson(state.value))
  const source = typed === undefined || typed.trim() === '' ? undefined : parseJson(typed)
  const syntax = source !== undefined && !source.ok ? source.problem : undefined
  return (
    <>
      <textarea
        id={state.id}
        className={syntax !== undefined || state.messages.length > 0 ? 'area mono bad' : 'area mono'}
        rows={Math.min(10, Math.max(2, shown.split('\n').length))}
        value={shown}
        disabled={state.locked}
        placeholder="JSON"
        aria-invalid={syntax !== undefined || state.messages.length > 0}
        aria-describedby={state.describedBy}
        spellCheck={false}
        onChange={(event) => {
          const text = event.target.value
          setTyped(text)
          if (text.trim() === '') return onEmpty()
          const read = parseJson(text)
          if (read.ok) state.set(read.value)
        }}
        onBlur={() => {
          // Text that is no JSON stays where it is, with its message: nothing typed is lost.
          if (syntax === undefined) setTyped(undefined)
          state.touch()
        }}
      />
      {syntax !== undefined && (
        <p className="f-err" role="status">
          {sentence(`Line ${syntax.line}: ${syntax.message}`)}
        </p>
      )}
    </>
  )
}
