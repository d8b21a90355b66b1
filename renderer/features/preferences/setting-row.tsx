import type { SystemInfo } from '../../../electron/contract/runner.ts'
import { IconButton } from '../../components/button.tsx'
import { durationOfText, durationText } from '../../components/duration-text.ts'
import { Icon, type IconName } from '../../components/icon.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { TextDraftField } from '../../components/text-draft-field.tsx'
import { readOnlyReason } from '../../lib/read-only.ts'
import { CountControl } from './count-control.tsx'
import type { Change } from './preferences-draft.ts'
import { effectLabels, type Effect, type Setting, type SettingValue } from './settings.ts'
import { rateOfText, rateText } from './rate-text.ts'
import { valueText } from './setting-text.ts'

const effectLooks: Record<Effect, { tag: string; icon: IconName }> = {
  'right-away': { tag: 'tag running', icon: 'play' },
  'as-threads-free-up': { tag: 'tag delayed', icon: 'schedules' },
  'next-job': { tag: 'tag', icon: 'arrow' },
  'next-cancel': { tag: 'tag', icon: 'arrow' },
}

function SettingControl({
  setting,
  value,
  disabled,
  locked,
  problem,
  onChange,
}: {
  setting: Setting
  value: SettingValue
  disabled: boolean
  locked: boolean
  problem: string | undefined
  onChange(value: SettingValue): void
}) {
  const { control, label, path } = setting
  const common = {
    id: path,
    label,
    disabled,
    invalid: problem !== undefined,
    describedBy: problem === undefined ? (locked ? `${path}:locked` : undefined) : `${path}:problem`,
  }
  switch (control.kind) {
    case 'count':
      return <CountControl {...common} {...control} value={value} onChange={onChange} />
    case 'choice':
      return (
        <Segmented
          label={label}
          value={String(value)}
          options={control.options}
          onChange={(next) => !disabled && onChange(next)}
        />
      )
    case 'duration':
      return (
        <span className="ps-time">
          <TextDraftField
            {...common}
            text={typeof value === 'number' ? durationText(value) : String(value ?? '')}
            onText={(text) => onChange(durationOfText(text) ?? text)}
          />
        </span>
      )
    case 'rate':
      return (
        <span className="ps-time">
          <TextDraftField
            {...common}
            locked={locked}
            text={String(value ?? '')}
            placeholder={control.placeholder}
            onText={(text) => {
              const limit = rateOfText(text)
              onChange(limit === undefined ? (text.trim() === '' ? null : text) : rateText(limit))
            }}
          />
        </span>
      )
    case 'path':
      return (
        <span className="ps-path">
          <TextDraftField
            {...common}
            mono
            text={String(value ?? '')}
            placeholder={control.placeholder}
            onText={(text) => onChange(text.trim() === '' ? null : text)}
          />
        </span>
      )
  }
}

function lockedReason(setting: Setting, system: SystemInfo | undefined): string | undefined {
  return setting.ofQueue === true ? readOnlyReason(system) : undefined
}

/** A setting: what it is, its control, and once changed: what it was, and when the change is felt. */
export function SettingRow({
  setting,
  value,
  change,
  problem,
  variable,
  system,
  onChange,
  onUndo,
}: {
  setting: Setting
  value: SettingValue
  change: Change | undefined
  problem: string | undefined
  /** The environment variable that fixes it. */
  variable: string | undefined
  system: SystemInfo | undefined
  onChange(value: SettingValue): void
  onUndo(): void
}) {
  const locked = lockedReason(setting, system)
  const wide = setting.control.kind === 'path'
  const look = change === undefined ? undefined : effectLooks[change.effect]
  return (
    <div
      className={['ps', change !== undefined && 'ch', wide && 'wide'].filter(Boolean).join(' ')}
      id={`setting:${setting.path}`}
    >
      <div className="ps-l">
        <label htmlFor={setting.path}>{setting.label}</label>
        <p>{setting.help(system)}</p>
      </div>
      <div className="ps-c">
        <SettingControl
          setting={setting}
          value={value}
          disabled={variable !== undefined}
          locked={locked !== undefined}
          problem={problem}
          onChange={onChange}
        />
      </div>
      {variable !== undefined && (
        <p className="ps-w sec">
          <Icon name="lock" className="sm" />
          Set by <span className="mono pri">{variable}</span> in the environment
        </p>
      )}
      {locked !== undefined && (
        <p className="ps-w sec" id={`${setting.path}:locked`}>
          <Icon name="lock" className="sm" />
          {locked}, and this is set on its queue
        </p>
      )}
      {problem !== undefined && (
        <p className="ps-w f-err" id={`${setting.path}:problem`} role="alert">
          <StateGlyph name="failed" label={false} />
          <span>{problem}</span>
        </p>
      )}
      {change !== undefined && look !== undefined && (
        <div className="ps-w">
          <span className="sec">
            was <span className="num">{valueText(setting, change.before)}</span>
          </span>
          <IconButton size="sm" icon="undo" label={`Undo the change to ${setting.label}`} onClick={onUndo} />
          <span className={look.tag}>
            <Icon name={look.icon} />
            {effectLabels[change.effect]}
          </span>
        </div>
      )}
    </div>
  )
}
