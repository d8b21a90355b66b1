import type { Json } from '../../../electron/contract/json.ts'
import { TextDraftField } from '../text-draft-field.tsx'
import { numberOfText, textOfValue } from './field-text.ts'
import type { ScalarField } from './field.ts'
import type { FieldState } from './form-context.ts'

type NumberField = Extract<ScalarField, { kind: 'number' }>

/** A whole number between two bounds: dragged roughly or typed exactly. */
export function NumberControl({
  field,
  required,
  state,
  set,
}: {
  field: NumberField
  required: boolean
  state: FieldState
  set(value: Json | undefined): void
}) {
  const minimum = field.minimum ?? 0
  const maximum = field.maximum ?? 100
  const shown =
    typeof state.value === 'number' ? state.value : typeof field.default === 'number' ? field.default : minimum
  const within = Math.min(maximum, Math.max(minimum, shown))
  const share = (within - minimum) / (maximum - minimum)
  return (
    <div className="row f-slider">
      <input
        type="range"
        className="range"
        aria-labelledby={`${state.id}:label`}
        min={minimum}
        max={maximum}
        step={field.step ?? 1}
        value={within}
        disabled={state.locked}
        // The filled part ends at the middle of the thumb, which never leaves the track.
        style={{ '--v': `calc(${share * 100}% + ${(0.5 - share) * 16}px)` } as React.CSSProperties}
        onChange={(event) => set(event.target.valueAsNumber)}
        onBlur={() => state.touch()}
      />
      <span className="f-exact">
        <TextDraftField
          id={state.id}
          numeric
          required={required}
          text={textOfValue(state.value)}
          placeholder={textOfValue(field.default)}
          describedBy={state.describedBy}
          disabled={state.locked}
          invalid={state.messages.length > 0}
          onText={(text) => set(numberOfText(text))}
          onBlur={() => state.touch()}
        />
      </span>
    </div>
  )
}
