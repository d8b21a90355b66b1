import type { ReactNode } from 'react'
import type { Field } from './field.ts'
import { FieldProblems } from './field-frame.tsx'
import { FormContext, useField, type FormState } from './form-context.ts'
import { GroupMembers, SchemaField } from './schema-field.tsx'
import './schema-form.css'

function Root({ field }: { field: Field }) {
  const state = useField([])
  if (
    field.kind === 'group' &&
    (state.value === undefined ||
      (typeof state.value === 'object' && state.value !== null && !Array.isArray(state.value)))
  ) {
    return (
      <>
        <FieldProblems state={state} />
        {field.members.length === 0 && <p className="f-help">This job type takes no input.</p>}
        <GroupMembers members={field.members} path={[]} />
      </>
    )
  }
  return <SchemaField field={field} required path={[]} />
}

/** The form of an input. `children` stand below its fields, inside the same scrolling form. */
export function SchemaForm({ field, state, children }: { field: Field; state: FormState; children?: ReactNode }) {
  return (
    <FormContext value={state}>
      <form className="e-b scroll" aria-label="Input" noValidate onSubmit={(event) => event.preventDefault()}>
        {state.locked && (
          <p className="f-locked" role="status">
            The JSON cannot be read, so the form is locked. It keeps the last values.
          </p>
        )}
        <Root field={field} />
        {children}
      </form>
    </FormContext>
  )
}
