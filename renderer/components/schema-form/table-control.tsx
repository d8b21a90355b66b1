import { Button, IconButton } from '../button.tsx'
import type { Field, Member, ScalarField } from './field.ts'
import { FieldProblems } from './field-frame.tsx'
import { useField, type FieldState } from './form-context.ts'
import { initialValue } from './initial-value.ts'
import type { JsonPath } from './json-path.ts'
import { ScalarControl } from './scalar-control.tsx'

type TableField = Extract<Field, { kind: 'table' }>

function Cell({ column, path, row }: { column: Member<ScalarField>; path: JsonPath; row: number }) {
  const state = useField(path)
  const label = `${column.field.label}, row ${row + 1}`
  return (
    <td>
      <ScalarControl field={column.field} required={column.required} state={state} label={label} />
      {/* A switch is named by an element; in a cell none is visible. */}
      <span id={`${state.id}:label`} className="sr">
        {label}
      </span>
      <FieldProblems state={state} />
    </td>
  )
}

/** A list of flat objects, a row each. */
export function TableControl({ field, path, state }: { field: TableField; path: JsonPath; state: FieldState }) {
  const rows = Array.isArray(state.value) ? state.value : []
  const blank = initialValue({ kind: 'group', label: '', nullable: false, members: field.columns })
  return (
    <div className="f-table" id={state.id} tabIndex={-1} role="group" aria-labelledby={`${state.id}:label`}>
      {rows.length > 0 && (
        <table>
          <thead>
            <tr>
              {field.columns.map((column) => (
                <th key={column.key} scope="col">
                  {column.field.label}
                  {column.required && <i aria-hidden="true">required</i>}
                </th>
              ))}
              <th>
                <span className="sr">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((_row, index) => (
              <tr key={index}>
                {field.columns.map((column) => (
                  <Cell key={column.key} column={column} path={[...path, index, column.key]} row={index} />
                ))}
                <td>
                  <IconButton
                    icon="x"
                    size="sm"
                    label={`Remove row ${index + 1}`}
                    onClick={() => !state.locked && state.set(rows.filter((_other, at) => at !== index))}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Button
        size="sm"
        icon="plus"
        disabledReason={state.locked ? 'The JSON cannot be read' : undefined}
        onClick={() => state.set([...rows, blank ?? {}])}
      >
        Add a row
      </Button>
    </div>
  )
}
