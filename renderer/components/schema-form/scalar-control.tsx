import type { Json } from '../../../electron/contract/json.ts'
import { SelectField } from '../select-field.tsx'
import { Switch } from '../switch.tsx'
import { TextDraftField } from '../text-draft-field.tsx'
import { ChoiceGroup } from './choice-group.tsx'
import { textOfValue, numberOfText } from './field-text.ts'
import type { ScalarField } from './field.ts'
import type { FieldState } from './form-context.ts'
import { emptyValue } from './initial-value.ts'
import { sameJson } from './json-path.ts'
import { NumberControl } from './number-control.tsx'
import { TextControl } from './text-control.tsx'

/** The control of one plain value, without its label: in a form, in a cell of a table, under a picker. */
export function ScalarControl({
  field,
  required,
  state,
  label,
}: {
  field: ScalarField
  required: boolean
  state: FieldState
  /** For a cell: no visible label is tied to it. */
  label?: string
}) {
  const cell = label !== undefined
  const named = cell ? { label } : {}
  const set = (value: Json | undefined): void => state.set(value ?? emptyValue(field, required))
  const common = {
    id: state.id,
    describedBy: state.describedBy,
    disabled: state.locked,
    invalid: state.messages.length > 0,
    onBlur: () => state.touch(),
    ...named,
  }
  switch (field.kind) {
    case 'boolean':
      return (
        <Switch
          id={state.id}
          checked={state.value === true || (state.value === undefined && field.default === true)}
          labelledBy={`${state.id}:label`}
          describedBy={state.describedBy}
          disabled={state.locked}
          onChange={set}
        />
      )
    case 'number':
      if (field.slider && !cell) return <NumberControl field={field} required={required} state={state} set={set} />
      return (
        <TextDraftField
          {...common}
          numeric
          required={required}
          small={cell}
          text={textOfValue(state.value)}
          onText={(text) => set(numberOfText(text))}
          {...(field.default === undefined ? {} : { placeholder: textOfValue(field.default) })}
        />
      )
    case 'text':
      return <TextControl field={field} required={required} state={state} set={set} {...named} />
    case 'choice': {
      const index = field.choices.findIndex((choice) => sameJson(choice.value, state.value))
      const options = field.choices.map((choice, at) => ({ value: String(at), label: choice.label }))
      const pick = (at: string | null): void => set(at === null ? undefined : field.choices[Number(at)]?.value)
      // A value that is none of the choices is in the JSON and in the message; here nothing is chosen.
      const chosen = index === -1 ? null : String(index)
      const short = options.reduce((sum, option) => sum + option.label.length + 3, 0) <= 44
      return field.look === 'segmented' && short && !cell ? (
        <ChoiceGroup {...common} value={chosen} options={options} clearable={!required} onChange={pick} />
      ) : (
        <SelectField
          {...common}
          value={chosen}
          options={options}
          small={cell}
          clearable={!required || field.nullable}
          placeholder={field.default === undefined ? 'Choose' : textOfValue(field.default)}
          onChange={pick}
        />
      )
    }
  }
}
