import type { ReactNode } from 'react'
import { StateGlyph } from '../state-glyph.tsx'
import type { Field } from './field.ts'
import type { FieldState } from './form-context.ts'
import { sentence } from '../words.ts'

/** The problems of a field, right below it. */
export function FieldProblems({ state }: { state: FieldState }) {
  if (state.messages.length === 0) return null
  return (
    <div id={`${state.id}:problem`} className="f-errs">
      {state.messages.map((message) => (
        <p key={message} className="f-err">
          <StateGlyph name="failed" label={false} />
          <span>{message === 'is required' ? 'Required.' : sentence(message)}</span>
        </p>
      ))}
    </div>
  )
}

/** Label, control, help, problems: the same around every control. */
export function FieldFrame({
  field,
  required,
  state,
  bare = false,
  children,
}: {
  field: Field
  required: boolean
  state: FieldState
  /** Without a label, where what is around already names it. */
  bare?: boolean
  children: ReactNode
}) {
  return (
    <div className="f">
      {!bare && (
        <label htmlFor={state.id} id={`${state.id}:label`}>
          {field.label}
          {required && <i aria-hidden="true">required</i>}
        </label>
      )}
      {children}
      {field.description !== undefined && !bare && <p className="f-help">{field.description}</p>}
      <FieldProblems state={state} />
    </div>
  )
}
