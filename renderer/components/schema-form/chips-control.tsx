import { useId, useState } from 'react'
import type { Json } from '../../../electron/contract/json.ts'
import { Icon } from '../icon.tsx'
import type { Field } from './field.ts'
import { numberOfText, textOfValue } from './field-text.ts'
import type { FieldState } from './form-context.ts'
import { useForm } from './form-context.ts'

type ChipsField = Extract<Field, { kind: 'chips' }>

/** A list of plain values: type one, Enter adds it, Backspace in the empty box takes the last one out. */
export function ChipsControl({
  field,
  path,
  state,
}: {
  field: ChipsField
  path: readonly (string | number)[]
  state: FieldState
}) {
  const form = useForm()
  const [typed, setTyped] = useState('')
  const listId = useId()
  const items = Array.isArray(state.value) ? state.value : []
  const add = (): void => {
    // Numbers never hold a comma or a space; text may, so there only Enter adds.
    const texts = field.item === 'number' ? typed.split(/[\s,;]+/).filter(Boolean) : typed === '' ? [] : [typed]
    if (texts.length === 0) return
    const added = texts.map((text): Json => (field.item === 'number' ? (numberOfText(text) ?? text) : text))
    state.set([...items, ...added])
    setTyped('')
  }
  const remove = (index: number): void => state.set(items.filter((_item, at) => at !== index))
  const invalid = state.messages.length > 0
  return (
    <div
      className={invalid ? 'input chips bad' : 'input chips'}
      role="group"
      aria-labelledby={`${state.id}:label`}
      data-disabled={state.locked || undefined}
    >
      {items.map((item, index) => (
        <span
          // Values may repeat; their place is all that tells them apart.
          key={index}
          className={form.messagesAt([...path, index]).length > 0 ? 'chip bad' : 'chip'}
        >
          <span>{item === '' ? '""' : textOfValue(item)}</span>
          <button
            type="button"
            aria-label={`Remove ${textOfValue(item)}`}
            disabled={state.locked}
            onClick={() => remove(index)}
          >
            <Icon name="x" />
          </button>
        </span>
      ))}
      <input
        id={state.id}
        value={typed}
        list={field.suggestions.length > 0 ? listId : undefined}
        inputMode={field.item === 'number' ? 'decimal' : undefined}
        placeholder={
          items.length === 0 ? `Type ${field.item === 'number' ? 'a number' : 'one'}, then Enter` : 'Add another'
        }
        disabled={state.locked}
        aria-invalid={invalid}
        aria-describedby={state.describedBy}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          // With a modifier, Enter submits the form.
          const plain = !event.metaKey && !event.ctrlKey
          const splits = event.key === 'Enter' || (field.item === 'number' && (event.key === ',' || event.key === ' '))
          if (splits && plain && typed !== '') {
            event.preventDefault()
            add()
          } else if (event.key === 'Backspace' && typed === '' && items.length > 0) remove(items.length - 1)
        }}
        onBlur={() => {
          add()
          state.touch()
        }}
      />
      {field.suggestions.length > 0 && (
        <datalist id={listId}>
          {field.suggestions
            .filter((value) => !items.includes(value))
            .map((value) => (
              <option key={textOfValue(value)} value={textOfValue(value)}>
                {textOfValue(value)}
              </option>
            ))}
        </datalist>
      )}
    </div>
  )
}
