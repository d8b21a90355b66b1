/** On or off, at once. The text beside it, named by `labelledBy`, says what. */
export function Switch({
  id,
  checked,
  labelledBy,
  describedBy,
  disabled = false,
  onChange,
}: {
  id?: string
  checked: boolean
  labelledBy: string
  describedBy?: string | undefined
  disabled?: boolean
  onChange(checked: boolean): void
}) {
  return (
    <button
      type="button"
      className="switch"
      role="switch"
      aria-checked={checked}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      {...(id === undefined ? {} : { id })}
    />
  )
}
