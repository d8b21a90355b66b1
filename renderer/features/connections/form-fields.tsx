import { useId, type ClipboardEvent, type ReactNode } from 'react'
import { SelectField } from '../../components/select-field.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { Switch } from '../../components/switch.tsx'
import { sentence } from '../../components/words.ts'
import type { FormPath } from './form-values.ts'
import { useForm } from './form-context.tsx'

/** Label, control, help, and the problem below. */
export function Frame({
  id,
  label,
  help,
  problem,
  changed,
  children,
}: {
  id: string
  label: string
  help?: ReactNode
  problem: string | undefined
  changed: boolean
  children: ReactNode
}) {
  return (
    <div className="f" data-changed={changed || undefined}>
      <label htmlFor={id}>{label}</label>
      {children}
      {help !== undefined && (
        <p className="f-help" id={`${id}:help`}>
          {help}
        </p>
      )}
      {changed && (
        <span className="sr" id={`${id}:changed`}>
          Changed, not saved.
        </span>
      )}
      {problem !== undefined && (
        <p className="f-err" id={`${id}:problem`}>
          <StateGlyph name="failed" label={false} />
          <span>{problem === 'is required' ? 'Required.' : sentence(problem)}</span>
        </p>
      )}
    </div>
  )
}

/** What is read out after the name of a field: what `Frame` shows around it. */
export function describedBy(
  id: string,
  { help, problem, changed }: { help?: unknown; problem: string | undefined; changed: boolean },
): { 'aria-describedby'?: string } {
  const ids = [
    help === undefined ? '' : `${id}:help`,
    changed ? `${id}:changed` : '',
    problem === undefined ? '' : `${id}:problem`,
  ].filter(Boolean)
  return ids.length === 0 ? {} : { 'aria-describedby': ids.join(' ') }
}

/** A line of text, or several where `rows` says how many are seen. Escape gives back what is stored. */
export function TextField({
  path,
  label,
  help,
  placeholder,
  mono = false,
  rows,
  list,
  onPaste,
}: {
  path: FormPath
  label: string
  help?: ReactNode
  placeholder?: string
  mono?: boolean
  rows?: number
  /** Proposals. */
  list?: readonly string[]
  onPaste?(event: ClipboardEvent): void
}) {
  const form = useForm()
  const id = useId()
  const problem = form.problems.get(path)
  const changed = form.values[path] !== form.base[path]
  const shared = {
    id,
    value: form.values[path],
    disabled: form.locked !== undefined,
    spellCheck: false,
    autoComplete: 'off',
    'aria-invalid': problem !== undefined,
    'data-path': path,
    onChange: (event: { target: { value: string } }) => form.set(path, event.target.value),
    onBlur: () => form.leave(path),
    ...(onPaste === undefined ? {} : { onPaste }),
    ...(placeholder === undefined ? {} : { placeholder }),
    ...describedBy(id, { help, problem, changed }),
  }
  return (
    <Frame id={id} label={label} help={help} problem={problem} changed={changed}>
      {rows === undefined ? (
        <span className={['input', mono && 'mono', problem !== undefined && 'bad'].filter(Boolean).join(' ')}>
          <input {...shared} {...(list === undefined ? {} : { list: `${id}:list` })} />
          {list !== undefined && (
            <datalist id={`${id}:list`}>
              {list.map((entry) => (
                <option key={entry} value={entry}>
                  {entry}
                </option>
              ))}
            </datalist>
          )}
        </span>
      ) : (
        <textarea {...shared} className={problem === undefined ? 'area mono' : 'area mono bad'} rows={rows} />
      )}
    </Frame>
  )
}

export function ChoiceField({
  path,
  label,
  options,
  help,
}: {
  path: FormPath
  label: string
  options: readonly { value: string; label: string }[]
  help?: ReactNode
}) {
  const form = useForm()
  const id = useId()
  const problem = form.problems.get(path)
  const changed = form.values[path] !== form.base[path]
  return (
    <Frame id={id} label={label} help={help} problem={problem} changed={changed}>
      <SelectField
        id={id}
        value={form.values[path]}
        options={options}
        invalid={problem !== undefined}
        disabled={form.locked !== undefined}
        describedBy={describedBy(id, { help, problem, changed })['aria-describedby']}
        onChange={(value) => value !== null && form.set(path, value)}
      />
    </Frame>
  )
}

export function SwitchField({
  path,
  label,
  help,
  checked,
}: {
  path: FormPath
  label: string
  help: ReactNode
  /** What it means now; where nothing was chosen Toril decides. */
  checked: boolean
}) {
  const form = useForm()
  const id = useId()
  return (
    <div className="ce-s" data-changed={form.values[path] !== form.base[path] || undefined}>
      <div>
        <span id={`${id}:label`}>{label}</span>
        <p id={`${id}:help`}>{help}</p>
      </div>
      <Switch
        checked={checked}
        labelledBy={`${id}:label`}
        describedBy={`${id}:help`}
        disabled={form.locked !== undefined}
        onChange={(value) => form.set(path, String(value))}
      />
    </div>
  )
}
