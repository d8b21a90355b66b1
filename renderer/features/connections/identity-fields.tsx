import { useId, useRef, type KeyboardEvent } from 'react'
import {
  profileColours,
  profileDraftSchema,
  settingsOf,
  type ProfileColour,
} from '../../../electron/contract/connection-profile.ts'
import { Icon } from '../../components/icon.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { draftOf } from './form-draft.ts'
import { useForm } from './form-context.tsx'
import { SwitchField, TextField } from './form-fields.tsx'
import type { FormValues } from './form-values.ts'
import { colourWords } from './profile-words.ts'

const environments = [
  { value: 'development', label: 'Development' },
  { value: 'staging', label: 'Staging' },
  { value: 'production', label: 'Production' },
] as const

/** What Toril decides where nothing was chosen, as far as the form can be read already. */
export function decided(values: FormValues): { colour: ProfileColour; readOnly: boolean } {
  const { draft } = draftOf({ ...values, name: values.name.trim() === '' ? 'New' : values.name })
  const parsed = profileDraftSchema.safeParse(draft)
  if (parsed.success) return settingsOf(parsed.data)
  const colour = values.colour === '' ? (values.environment === 'production' ? 'crimson' : 'slate') : values.colour
  return { colour: colour as ProfileColour, readOnly: values.readOnly === 'true' }
}

function Colours() {
  const form = useForm()
  const id = useId()
  const group = useRef<HTMLDivElement>(null)
  const { colour: chosen } = decided(form.values)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined || form.locked !== undefined) return
    event.preventDefault()
    const next = (profileColours.indexOf(chosen) + step + profileColours.length) % profileColours.length
    form.set('colour', profileColours[next] ?? 'slate')
    group.current?.querySelectorAll('button')[next]?.focus()
  }
  return (
    <div className="f" data-changed={form.values.colour !== form.base.colour || undefined}>
      <span className="f-l" id={id}>
        Colour
      </span>
      <div className="sws" role="radiogroup" aria-labelledby={id} ref={group} onKeyDown={onKeyDown}>
        {profileColours.map((colour) => (
          <button
            key={colour}
            type="button"
            role="radio"
            aria-checked={colour === chosen}
            aria-label={colourWords[colour]}
            title={colourWords[colour]}
            tabIndex={colour === chosen ? 0 : -1}
            disabled={form.locked !== undefined}
            className={`c-${colour}`}
            onClick={() => form.set('colour', colour)}
          >
            <i>{colour === chosen && <Icon name="check" />}</i>
          </button>
        ))}
      </div>
    </div>
  )
}

/** Name, colour and place in the list. */
export function IdentityFields({ folders }: { folders: readonly string[] }) {
  const form = useForm()
  return (
    <>
      <div className="f2">
        <TextField path="name" label="Name" />
        <TextField path="folder" label="Folder" placeholder="None, or such as Team/EU" list={folders} />
      </div>
      <div className="f2 uneven">
        <div className="f" data-changed={form.values.environment !== form.base.environment || undefined}>
          <span className="f-l">Environment</span>
          <Segmented
            label="Environment"
            value={form.values.environment}
            options={environments}
            full
            onChange={(value) => form.locked === undefined && form.set('environment', value)}
          />
        </div>
        <Colours />
      </div>
    </>
  )
}

export function SafetyFields() {
  const { values } = useForm()
  const { readOnly } = decided(values)
  const remote = values.readOnly === '' && readOnly
  return (
    <SwitchField
      path="readOnly"
      label="Read-only"
      checked={readOnly}
      help={
        remote
          ? 'On, because it leads to another computer. Look, but change nothing; jobs are not taken.'
          : 'Look, but change nothing. Jobs are not taken. Can be lifted for 15 minutes.'
      }
    />
  )
}
