import { Select } from '@mantine/core'
import { Icon } from './icon.tsx'
import './select-field.css'

/** One of several, from a list; with more than eight, a list that can be searched. */
export function SelectField({
  id,
  label,
  describedBy,
  value,
  options,
  placeholder,
  clearable = false,
  disabled = false,
  invalid = false,
  small = false,
  onChange,
  onBlur,
}: {
  id?: string
  /** Said to assistive technology where no visible label is tied to `id`. */
  label?: string
  describedBy?: string | undefined
  value: string | null
  options: readonly { value: string; label: string }[]
  placeholder?: string
  clearable?: boolean
  disabled?: boolean
  invalid?: boolean
  small?: boolean
  onChange(value: string | null): void
  onBlur?(): void
}) {
  return (
    <Select
      className={small ? 'select sm' : 'select'}
      data={[...options]}
      value={value}
      onChange={onChange}
      allowDeselect={clearable}
      clearable={clearable && value !== null}
      searchable={options.length > 8}
      disabled={disabled}
      error={invalid}
      withErrorStyles={invalid}
      rightSection={<Icon name="down" className="sm" />}
      rightSectionPointerEvents="none"
      checkIconPosition="right"
      maxDropdownHeight={280}
      {...(placeholder === undefined ? {} : { placeholder })}
      {...(id === undefined ? {} : { id })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      {...(onBlur === undefined ? {} : { onBlur })}
    />
  )
}
