import { useState, type KeyboardEvent } from 'react'
import { Icon } from '../../components/icon.tsx'
import type { SettingValue } from './settings.ts'

/** A whole number: typed, or changed step by step. Text that is no number is handed on as it is. */
export function CountControl({
  id,
  label,
  value,
  min,
  max,
  step = 1,
  unit,
  disabled,
  invalid,
  describedBy,
  onChange,
}: {
  id: string
  label: string
  value: SettingValue
  min: number
  max: number
  step?: number
  unit?: string
  disabled: boolean
  invalid: boolean
  describedBy: string | undefined
  onChange(value: SettingValue): void
}) {
  const [typed, setTyped] = useState<string>()
  const number = typeof value === 'number' ? value : undefined
  const text = typed ?? (number === undefined ? String(value ?? '') : number.toLocaleString('en'))
  const move = (by: number): void => {
    if (disabled || number === undefined) return
    // From 1 in steps of 10 to 10, 20, …, not to 11.
    const next = by > 0 ? Math.floor(number / step) * step + by : Math.ceil(number / step) * step + by
    setTyped(undefined)
    onChange(Math.min(max, Math.max(min, next)))
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowUp' || event.key === 'ArrowDown') {
      event.preventDefault()
      move(event.key === 'ArrowUp' ? step : -step)
    } else if (event.key === 'Enter' && !event.metaKey && !event.ctrlKey) setTyped(undefined)
  }
  return (
    <div
      className={invalid ? 'stepper bad' : 'stepper'}

      data-disabled={disabled || undefined}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Less: ${label}`}
        disabled={disabled || (number !== undefined && number <= min)}
        onClick={() => move(-step)}
      >
        <Icon name="minus" />
      </button>
      <span className="v">
        <input
          id={id}
          value={text}
          inputMode="numeric"
          size={Math.max(1, text.length)}
          disabled={disabled}
          aria-invalid={invalid}
          aria-describedby={describedBy}
          autoComplete="off"
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setTyped(event.target.value)
            const plain = event.target.value.replaceAll(/[,\s]/g, '')
            onChange(/^\d{1,15}$/.test(plain) ? Number(plain) : event.target.value)
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setTyped(undefined)}
        />
        {unit !== undefined && <small>{unit}</small>}
      </span>
      <button
        type="button"
        tabIndex={-1}
        aria-label={`More: ${label}`}
        disabled={disabled || (number !== undefined && number >= max)}
        onClick={() => move(step)}
      >
        <Icon name="plus" />
      </button>
    </div>
  )
}
