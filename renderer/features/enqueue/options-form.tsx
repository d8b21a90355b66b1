import { useId, useState, type ReactNode } from 'react'
import { durationText } from '../../components/duration-text.ts'
import { Icon } from '../../components/icon.tsx'
import { SelectField } from '../../components/select-field.tsx'
import { counted } from '../../components/words.ts'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { TextDraftField } from '../../components/text-draft-field.tsx'
import { backoffText } from '../../components/backoff-text.ts'
import {
  setOptions,
  type InheritedOptions,
  type OptionName,
  type OptionsDraft,
  type ReadOptions,
} from './options-draft.ts'

export const optionId = (name: OptionName): string => `option-${name}`

function Option({
  name,
  label,
  problem,
  children,
}: {
  name: OptionName
  label: string
  problem: string | undefined
  children: ReactNode
}) {
  return (
    <div className="f">
      <label htmlFor={optionId(name)}>{label}</label>
      {children}
      {problem !== undefined && (
        <p className="f-err" id={`${optionId(name)}:problem`}>
          <StateGlyph name="failed" label={false} />
          <span>{problem}</span>
        </p>
      )}
    </div>
  )
}

/** How the job is run. Everything may stay empty: then the job type says, then the preferences. */
export function OptionsForm({
  draft,
  read,
  inherited,
  forcedOpen,
  onChange,
}: {
  draft: OptionsDraft
  read: ReadOptions
  inherited: InheritedOptions
  /** A problem inside must not stay hidden. */
  forcedOpen: boolean
  onChange(draft: OptionsDraft): void
}) {
  const [wanted, setOpen] = useState(true)
  const open = wanted || forcedOpen
  const bodyId = useId()
  const count = setOptions(draft)
  const set = (change: Partial<OptionsDraft>): void => onChange({ ...draft, ...change })
  const text = (
    name: 'delay' | 'priority' | 'attempts' | 'backoffDelay' | 'timeout' | 'memoryMb' | 'deduplicationId',
    label: string,
    placeholder: string,
    tail?: string,
  ) => (
    <Option name={name} label={label} problem={read.problems[name]}>
      <TextDraftField
        id={optionId(name)}
        small
        text={draft[name]}
        placeholder={placeholder}
        invalid={read.problems[name] !== undefined}
        describedBy={read.problems[name] === undefined ? undefined : `${optionId(name)}:problem`}
        onText={(value) => set({ [name]: value })}
        {...(tail === undefined ? {} : { tail })}
      />
    </Option>
  )
  const attempts = read.options.attempts ?? inherited.attempts
  const backoff = read.options.backoff ?? inherited.backoff
  const { defaults } = inherited
  return (
    <section className="e-opt" aria-label="Options">
      <button
        type="button"
        className="e-opt-h"
        aria-expanded={open}
        aria-controls={bodyId}
        onClick={() => setOpen(!open)}
      >
        <Icon name={open ? 'down' : 'right'} className="sm" />
        Options
        <span className="dim">{count === 0 ? 'as the job type says' : `${counted(count, 'option')} set`}</span>
      </button>
      <div id={bodyId} hidden={!open}>
        <div className="f3">
          <Option name="run" label="Run" problem={undefined}>
            <SelectField
              id={optionId('run')}
              small
              value={draft.run}
              options={[
                { value: 'now', label: 'Now' },
                { value: 'after', label: 'After a delay' },
                { value: 'at', label: 'At a time' },
              ]}
              onChange={(value) => set({ run: value === 'after' || value === 'at' ? value : 'now' })}
            />
          </Option>
          {draft.run === 'after' && text('delay', 'Delay', '5 m')}
          {draft.run === 'at' && (
            <Option name="at" label="Time" problem={read.problems.at}>
              <span className={read.problems.at === undefined ? 'input sm' : 'input sm bad'}>
                <input
                  id={optionId('at')}
                  type="datetime-local"
                  step={1}
                  value={draft.at}
                  aria-invalid={read.problems.at !== undefined}
                  onChange={(event) => set({ at: event.target.value })}
                />
              </span>
            </Option>
          )}
          {text('priority', 'Priority', String(defaults.priority ?? 0), '0 is first')}
          {text('attempts', 'Attempts', String(inherited.attempts))}
          <Option name="backoffType" label="Back-off" problem={undefined}>
            <SelectField
              id={optionId('backoffType')}
              small
              value={draft.backoffType === '' ? inherited.backoff.type : draft.backoffType}
              options={[
                { value: 'exponential', label: 'Exponential' },
                { value: 'fixed', label: 'Fixed' },
              ]}
              onChange={(value) => {
                const type = value === 'fixed' ? 'fixed' : 'exponential'
                set({ backoffType: type === inherited.backoff.type ? '' : type })
              }}
            />
          </Option>
          {text(
            'backoffDelay',
            backoff.type === 'fixed' ? 'Wait' : 'First wait',
            durationText(inherited.backoff.delayMs),
          )}
          {text('timeout', 'Time limit', defaults.timeoutMs === undefined ? 'None' : durationText(defaults.timeoutMs))}
          {text(
            'memoryMb',
            'Memory limit',
            defaults.memoryMb === undefined ? 'As the pool' : String(defaults.memoryMb),
            'MB',
          )}
          <Option name="executor" label="Runs in" problem={undefined}>
            <SelectField
              id={optionId('executor')}
              small
              value={draft.executor === '' ? (defaults.executor ?? 'thread') : draft.executor}
              options={[
                { value: 'thread', label: 'A thread' },
                { value: 'inline', label: 'The runner itself' },
              ]}
              onChange={(value) => {
                const executor = value === 'inline' ? 'inline' : 'thread'
                set({ executor: executor === (defaults.executor ?? 'thread') ? '' : executor })
              }}
            />
          </Option>
          {text('deduplicationId', 'Deduplication id', 'None')}
        </div>
        <p className="f-help e-bo" role="status">
          {backoffText(attempts, backoff)}
          {(read.options.executor ?? defaults.executor) === 'inline' &&
            ' In the runner itself it can be asked to stop, but not killed.'}
          {read.options.deduplicationId !== undefined &&
            ' While a job with this id has not finished, enqueueing answers that job instead of a new one.'}
        </p>
      </div>
    </section>
  )
}
