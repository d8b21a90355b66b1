/** A bar from 0 to 1. `label` undefined: decoration, the number beside it says it. */
export function Meter({
  value,
  label,
  tone = '',
  big = false,
  kind = 'progressbar',
}: {
  value: number
  label?: string
  tone?: '' | 'warn' | 'mut' | 'done' | 'failed'
  big?: boolean
  /** `meter`: a level rather than how far something is. */
  kind?: 'progressbar' | 'meter'
}) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <span
      className={big ? 'meter big' : 'meter'}
      {...(label === undefined
        ? { 'aria-hidden': true }
        : { role: kind, 'aria-label': label, 'aria-valuenow': percent, 'aria-valuemin': 0, 'aria-valuemax': 100 })}
    >
      <i className={tone} style={{ width: `${percent}%` }} />
    </span>
  )
}
