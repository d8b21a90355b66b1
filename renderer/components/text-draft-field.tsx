import { useState, type ReactNode } from 'react'
import './text-draft-field.css'

/**
 * A text box over a value of another kind. While it has the focus it shows what is typed; without, what the
 * value reads. Every change is handed on as typed: the owner says what it means.
 */
export function TextDraftField({
  id,
  label,
  text,
  placeholder,
  describedBy,
  required = false,
  disabled = false,
  locked = false,
  invalid = false,
  small = false,
  mono = false,
  numeric = false,
  tail,
  onText,
  onBlur,
}: {
  id?: string
  label?: string
  /** What the value reads now. */
  text: string
  placeholder?: string
  describedBy?: string | undefined
  required?: boolean
  disabled?: boolean
  /** Cannot be changed now, but is found by keyboard, with the reason that `describedBy` names. */
  locked?: boolean
  invalid?: boolean
  small?: boolean
  mono?: boolean
  numeric?: boolean
  tail?: ReactNode
  onText(text: string): void
  onBlur?(): void
}) {
  const [typed, setTyped] = useState<string>()
  const classes = ['input', small && 'sm', mono && 'mono', invalid && 'bad'].filter(Boolean).join(' ')
  return (
    <span className={classes} data-disabled={disabled || locked || undefined}>
      <input
        value={typed ?? text}
        disabled={disabled}
        aria-required={required}
        aria-invalid={invalid}
        autoComplete="off"
        spellCheck={false}
        onFocus={() => setTyped(text)}
        onChange={(event) => {
          setTyped(event.target.value)
          onText(event.target.value)
        }}
        onBlur={() => {
          setTyped(undefined)
          onBlur?.()
        }}
        {...(locked ? { readOnly: true, 'aria-disabled': true } : {})}
        {...(numeric ? { inputMode: 'decimal' as const } : {})}
        {...(id === undefined ? {} : { id })}
        {...(label === undefined ? {} : { 'aria-label': label })}
        {...(placeholder === undefined ? {} : { placeholder })}
        {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      />
      {tail !== undefined && <span className="tail">{tail}</span>}
    </span>
  )
}
