import type { HTMLInputTypeAttribute } from 'react'
import type { Json } from '../../../electron/contract/json.ts'
import { textOfValue } from './field-text.ts'
import type { ScalarField } from './field.ts'
import type { FieldState } from './form-context.ts'

type TextField = Extract<ScalarField, { kind: 'text' }>

const inputTypes: Record<string, HTMLInputTypeAttribute> = {
  email: 'email',
  uri: 'url',
  url: 'url',
  password: 'password',
}

const placeholders: Record<string, string> = {
  email: 'ana@example.com',
  uri: 'https://',
  url: 'https://',
  date: '2026-11-24',
  time: '14:03:27Z',
  'date-time': '2026-11-24T14:03:27Z',
  duration: 'PT15M',
  uuid: '00000000-0000-0000-0000-000000000000',
}

/** Text of one line or several. A date gets the browser's picker as long as it holds a date, or nothing. */
export function TextControl({
  field,
  required,
  state,
  label,
  set,
}: {
  field: TextField
  required: boolean
  state: FieldState
  label?: string
  set(value: Json | undefined): void
}) {
  const text = textOfValue(state.value)
  const format = field.format ?? ''
  const isDate = format === 'date' && (text === '' || /^\d{4}-\d{2}-\d{2}$/.test(text))
  const invalid = state.messages.length > 0
  const common = {
    id: state.id,
    value: text,
    disabled: state.locked,
    placeholder: field.placeholder ?? (field.default === undefined ? placeholders[format] : textOfValue(field.default)),
    'aria-required': required,
    'aria-invalid': invalid,
    'aria-describedby': state.describedBy,
    autoComplete: 'off',
    onChange: (event: { target: { value: string } }) => set(event.target.value === '' ? undefined : event.target.value),
    onBlur: () => state.touch(),
    ...(label === undefined ? {} : { 'aria-label': label }),
  }
  if (field.multiline) return <textarea {...common} className={invalid ? 'area bad' : 'area'} rows={4} />
  return (
    <span
      className={`input ${label === undefined ? '' : 'sm'} ${invalid ? 'bad' : ''}`}
      data-disabled={state.locked || undefined}
    >
      <input
        {...common}
        type={isDate ? 'date' : (inputTypes[format] ?? 'text')}
        spellCheck={false}
        data-empty={text === '' || undefined}
      />
    </span>
  )
}
