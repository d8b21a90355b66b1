import { useRef, type KeyboardEvent } from 'react'

/** A choice of a few, all in sight. Arrow keys move the choice, as in any radio group. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onChange,
  full = false,
}: {
  label: string
  value: Value
  options: readonly { value: Value; label: string }[]
  onChange(value: Value): void
  full?: boolean
}) {
  const group = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const index = options.findIndex((option) => option.value === value)
    const next = (index + step + options.length) % options.length
    const option = options[next]
    if (option === undefined) return
    onChange(option.value)
    group.current?.querySelectorAll('button')[next]?.focus()
  }
  return (
    <div ref={group} className={full ? 'seg full' : 'seg'} role="radiogroup" aria-label={label} onKeyDown={onKeyDown}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role="radio"
          aria-checked={option.value === value}
          tabIndex={option.value === value ? 0 : -1}
          onClick={() => onChange(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  )
}
