import { useRef, type KeyboardEvent } from 'react'

/** A choice of up to four side by side; unlike a plain segmented control, nothing may be chosen yet. */
export function ChoiceGroup({
  id,
  describedBy,
  value,
  options,
  clearable,
  disabled,
  invalid,
  onChange,
  onBlur,
}: {
  id: string
  describedBy: string | undefined
  value: string | null
  options: readonly { value: string; label: string }[]
  /** Choosing the chosen one again takes the choice back. */
  clearable: boolean
  disabled: boolean
  invalid: boolean
  onChange(value: string | null): void
  onBlur(): void
}) {
  const group = useRef<HTMLDivElement>(null)
  const chosen = options.findIndex((option) => option.value === value)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined || disabled) return
    event.preventDefault()
    const next = chosen === -1 ? 0 : (chosen + step + options.length) % options.length
    const option = options[next]
    if (option === undefined) return
    onChange(option.value)
    group.current?.querySelectorAll('button')[next]?.focus()
  }
  return (
    <div
      ref={group}
      // Not on a button: the label of the field would then replace the name of the choice.
      id={id}
      className={invalid ? 'seg full bad' : 'seg full'}
      role="radiogroup"
      aria-labelledby={`${id}:label`}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) onBlur()
      }}
    >
      {options.map((option, index) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={index === chosen}
          tabIndex={index === Math.max(0, chosen) ? 0 : -1}
          disabled={disabled}
          onClick={() => onChange(clearable && index === chosen ? null : option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
