import { Tooltip } from '@mantine/core'
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
  disabledReason,
  onDisabledPress,
  onChange,
}: {
  label: string
  value: number
  min: number
  max: number
  lessLabel: string
  moreLabel: string
  small?: boolean
  /** Why it cannot be changed now; said on hover and focus. */
  disabledReason?: string | undefined
  onDisabledPress?: (() => void) | undefined
  onChange(value: number): void
}) {
  const off = disabledReason !== undefined
  const set = (next: number): void => {
    if (off) return onDisabledPress?.()
    const within = Math.min(max, Math.max(min, next))
    if (within !== value) onChange(within)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    set(value + step)
  }
  const stepper = (
    <div className={small ? 'stepper sm' : 'stepper'} role="group" aria-label={label}>
      <button type="button" aria-label={lessLabel} aria-disabled={off || value <= min} onClick={() => set(value - 1)}>
        <Icon name="minus" />
      </button>
      <output
        role="spinbutton"
        tabIndex={0}
        aria-label={label}
        aria-valuenow={value}
        aria-valuemin={min}
        aria-valuemax={max}
        {...(off ? { 'aria-disabled': true } : {})}
        onKeyDown={onKeyDown}
      >
        {value}
      </output>
      <button type="button" aria-label={moreLabel} aria-disabled={off || value >= max} onClick={() => set(value + 1)}>
        <Icon name="plus" />
      </button>
    </div>
  )
  return off ? (
    <Tooltip label={disabledReason} events={{ hover: true, focus: true, touch: true }}>
      {stepper}
    </Tooltip>
  ) : (
    stepper
  )
}
