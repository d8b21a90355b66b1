import { useEffect, useEffectEvent, useState } from 'react'
import type { Json } from '../../../electron/contract/json.ts'
import { useForm, type FieldState } from './form-context.ts'
import { sameJson, type JsonPath } from './json-path.ts'
import { parseJson } from './json-source.ts'
import { formatJson } from './json-text.ts'

/** What is typed, and the value it stands beside: when that changes from elsewhere, the typed text is over. */
interface Typed {
  text: string
  beside: Json | undefined
}

function problemOf(text: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const source = parseJson(text)
  return source.ok ? undefined : `is not JSON. Line ${source.problem.line}: ${source.problem.message}`
}

/** Any JSON, in place: for what the form has no control for. Kept as typed until it is JSON again. */
export function JsonControl({ path, state, onEmpty }: { path: JsonPath; state: FieldState; onEmpty(): void }) {
  const form = useForm()
  const [typed, setTyped] = useState<Typed>()
  const current = typed !== undefined && sameJson(typed.beside, state.value) ? typed.text : undefined
  const shown = current ?? (state.value === undefined ? '' : formatJson(state.value))
  const problem = problemOf(current)
  // The form must know, or it would send the last value that could be read.
  const report = useEffectEvent((message: string | undefined) => form.report(path, message))
  useEffect(() => {
    report(problem)
    return () => report(undefined)
  }, [problem])
  const invalid = problem !== undefined || state.messages.length > 0
  return (
    <textarea
      id={state.id}
      className={invalid ? 'area mono bad' : 'area mono'}
      rows={Math.min(10, Math.max(2, shown.split('\n').length))}
      value={shown}
      disabled={state.locked}
      placeholder="JSON"
      aria-invalid={invalid}
      aria-describedby={state.describedBy}
      spellCheck={false}
      onChange={(event) => {
        const text = event.target.value
        const read = parseJson(text)
        setTyped({ text, beside: read.ok ? read.value : state.value })
        if (text.trim() === '') {
          setTyped(undefined)
          onEmpty()
        } else if (read.ok) state.set(read.value)
      }}
      onBlur={() => {
        // Text that is no JSON stays where it is, with its message: nothing typed is lost.
        if (problem === undefined) setTyped(undefined)
        state.touch()
      }}
    />
  )
}
