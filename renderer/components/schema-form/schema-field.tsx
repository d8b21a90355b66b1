import { SelectField } from '../select-field.tsx'
import { StateGlyph } from '../state-glyph.tsx'
import { ChipsControl } from './chips-control.tsx'
import { ChoiceGroup } from './choice-group.tsx'
import { FieldFrame, FieldProblems } from './field-frame.tsx'
import { fits } from './field-text.ts'
import { isScalar, type Field, type Member } from './field.ts'
import { useField, useForm, type FieldState } from './form-context.ts'
import { emptyValue } from './initial-value.ts'
import { JsonControl } from './json-control.tsx'
import { isObject, sameJson, type JsonPath } from './json-path.ts'
import { rowsOf } from './layout.ts'
import { ScalarControl } from './scalar-control.tsx'
import { sentence } from '../words.ts'
import { TableControl } from './table-control.tsx'
import { switchVariant, variantOf } from './variants.ts'

interface FieldProps {
  field: Field
  required: boolean
  path: JsonPath
  /** What is around already names it: no label of its own. */
  bare?: boolean
}

/** One part of the form, with the control its kind asks for. */
export function SchemaField({ field, required, path, bare = false }: FieldProps) {
  const form = useForm()
  const own = useField(path)
  const whole = field.kind === 'json' || field.kind === 'chips' || !fits(field, own.value)
  // A control that shows its value as a whole also shows the problems inside it.
  const state = whole ? withMessages(own, [...own.messages, ...form.messagesInside(path)]) : own
  const frame = { field, required, state, bare }
  const empty = (): void => state.set(emptyValue(field, required))
  if (field.kind === 'json' || !fits(field, state.value)) {
    return (
      <FieldFrame {...frame}>
        <JsonControl path={path} state={state} onEmpty={empty} />
      </FieldFrame>
    )
  }
  if (field.kind === 'boolean' && !bare) {
    return (
      <div className="f">
        <div className="f-sw">
          <div>
            <label htmlFor={state.id} id={`${state.id}:label`}>
              {field.label}
            </label>
            {field.description !== undefined && <p className="f-help">{field.description}</p>}
          </div>
          <ScalarControl field={field} required={required} state={state} />
        </div>
        <FieldProblems state={state} />
      </div>
    )
  }
  if (isScalar(field)) {
    return (
      <FieldFrame {...frame}>
        <ScalarControl field={field} required={required} state={state} {...(bare ? { label: field.label } : {})} />
      </FieldFrame>
    )
  }
  switch (field.kind) {
    case 'constant':
      return <ConstantField {...frame} field={field} path={path} />
    case 'chips':
      return (
        <FieldFrame {...frame}>
          <ChipsControl field={field} path={path} state={state} />
        </FieldFrame>
      )
    case 'table':
      return (
        <FieldFrame {...frame}>
          <TableControl field={field} path={path} state={state} />
        </FieldFrame>
      )
    case 'group':
      return <GroupField field={field} required={required} path={path} bare={bare} />
    case 'variants':
      return <VariantsField field={field} required={required} path={path} bare={bare} />
  }
}

function withMessages(state: FieldState, messages: readonly string[]): FieldState {
  return { ...state, messages, describedBy: messages.length > 0 ? `${state.id}:problem` : undefined }
}

/** Fields in rows, and the names the JSON has beside them. */
export function GroupMembers({
  members,
  path,
  shown = members,
}: {
  members: readonly Member[]
  path: JsonPath
  /** Those to show; the picker of shapes shows the constants itself. */
  shown?: readonly Member[]
}) {
  const form = useForm()
  const { value } = useField(path)
  const known = new Set(members.map(({ key }) => key))
  const others = isObject(value) ? Object.keys(value).filter((key) => !known.has(key)) : []
  return (
    <>
      {rowsOf(shown).map((row) => (
        <div key={row.map(({ key }) => key).join(' ')} className={row.length > 1 ? 'f2' : 'f1'}>
          {row.map(({ key, required, field }) => (
            <SchemaField key={key} field={field} required={required} path={[...path, key]} />
          ))}
        </div>
      ))}
      {others.length > 0 && (
        <p className="f-help">
          Only in the JSON: <span className="mono">{others.join(', ')}</span>
        </p>
      )}
      {others.flatMap((key) =>
        [...form.messagesAt([...path, key]), ...form.messagesInside([...path, key])].map((message) => (
          <p key={`${key} ${message}`} className="f-err">
            <StateGlyph name="failed" label={false} />
            <span>
              <span className="mono">{key}</span> {sentence(message, false)}
            </span>
          </p>
        )),
      )}
    </>
  )
}

function GroupField({
  field,
  required,
  path,
  bare = false,
}: FieldProps & { field: Extract<Field, { kind: 'group' }> }) {
  const state = useField(path)
  if (bare) return <GroupMembers members={field.members} path={path} />
  return (
    <fieldset className="f-group" id={state.id} tabIndex={-1}>
      <legend>
        {field.label}
        {required && <i aria-hidden="true">required</i>}
      </legend>
      {field.description !== undefined && <p className="f-help">{field.description}</p>}
      <GroupMembers members={field.members} path={path} />
      <FieldProblems state={state} />
    </fieldset>
  )
}

/** A value that is always the same: shown, and put right with one press where it is not. */
function ConstantField({ field, required, path }: FieldProps & { field: Extract<Field, { kind: 'constant' }> }) {
  const state = useField(path)
  const text = JSON.stringify(field.value)
  return (
    <FieldFrame field={field} required={required} state={state}>
      <div className="row" id={state.id} tabIndex={-1}>
        {sameJson(state.value, field.value) ? (
          <span className="mono sec">{text}</span>
        ) : (
          <button type="button" className="fix mono" disabled={state.locked} onClick={() => state.set(field.value)}>
            Use {text}
          </button>
        )}
      </div>
    </FieldFrame>
  )
}

/** Several shapes: first which one, then its fields. */
function VariantsField({
  field,
  required,
  path,
  bare = false,
}: FieldProps & { field: Extract<Field, { kind: 'variants' }> }) {
  const form = useForm()
  const state = useField(path)
  const index = form.chosen(path) ?? variantOf(field.variants, state.value)
  const variant = field.variants[index]
  const options = field.variants.map(({ label }, at) => ({ value: String(at), label }))
  const pick = (value: string | null): void => {
    const next = field.variants[Number(value)]
    if (value === null || next === undefined) return
    form.choose(path, Number(value))
    state.set(switchVariant(next, state.value))
  }
  const picker = {
    id: `${state.id}:shape`,
    describedBy: undefined,
    disabled: state.locked,
    value: String(index),
    options,
    onChange: pick,
  }
  // Constants are what tells the shapes apart, and the picker shows that already.
  const members = variant?.field.kind === 'group' ? variant.field.members : undefined
  const short = options.length <= 4 && options.reduce((sum, option) => sum + option.label.length + 3, 0) <= 44
  return (
    <div className="f f-shape">
      {!bare && (
        <label htmlFor={picker.id} id={`${picker.id}:label`}>
          {field.label}
          {required && <i aria-hidden="true">required</i>}
        </label>
      )}
      {field.description !== undefined && <p className="f-help above">{field.description}</p>}
      {short ? (
        <ChoiceGroup {...picker} clearable={false} invalid={false} onBlur={() => state.touch()} />
      ) : (
        <SelectField {...picker} {...(bare ? { label: 'Shape' } : {})} />
      )}
      <div className="f-inside" id={state.id} tabIndex={-1}>
        {members !== undefined ? (
          <GroupMembers
            members={members}
            shown={members.filter((member) => member.field.kind !== 'constant')}
            path={path}
          />
        ) : (
          variant !== undefined && <SchemaField field={variant.field} required={required} path={path} bare />
        )}
      </div>
      {members !== undefined && <FieldProblems state={state} />}
    </div>
  )
}
