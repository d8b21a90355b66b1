import { durationText } from '../../components/duration-text.ts'
import type { Setting, SettingValue } from './settings.ts'

/** A value as people read it: `15 s`, `1,000,000`, `Dark`, `None`. */
export function valueText(setting: Setting, value: SettingValue): string {
  const { control } = setting
  if (value === null) return 'None'
  switch (control.kind) {
    case 'duration':
      return typeof value === 'number' ? durationText(value) : value
    case 'choice':
      return control.options.find((option) => option.value === value)?.label ?? String(value)
    case 'count': {
      const text = typeof value === 'number' ? value.toLocaleString('en') : value
      return control.unit === undefined
        ? text
        : `${text} ${value === 1 ? control.unit.replace(/s$/, '') : control.unit}`
    }
    case 'rate':
    case 'path':
      return String(value)
  }
}
