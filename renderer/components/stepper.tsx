import type { KeyboardEvent } from 'react'
import { Icon } from './icon.tsx'

/** A number changed one by one. */
export function Stepper({
  label,
  value,
  min,
  max,
  lessLabel,
  moreLabel,
  small = false,
  onChange,
}: {
  label: string
  value: number
  min: number
  max: number
  lessLabel: string
  moreLabel: string
  small?: boolean
  onChange(value: number): void
}) {
  const set = (next: number): void => {
    const within = Math.min(max, Math.max(min, next))
    if (within !== value) onChange(within)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    set(value + step)
  }
  return (
    <div className={small ? 'stepper sm' : 'stepper'} role="group" aria-label={label}>
      <button type="button" aria-label={lessLabel} aria-disabled={value <= min} onClick={() => set(value - 1)}>
        <Icon name="minus" />
      </button>
      <output
        role="spinbutton"
        tabIndex={0}
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        onKeyDown={onKeyDown}
      >
        {value}
      </output>
      <button type="button" aria-label={moreLabel} aria-disabled={value >= max} onClick={() => set(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  )
}
