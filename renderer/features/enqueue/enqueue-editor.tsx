import { useEffect, useEffectEvent, useState } from 'react'
import type { JobType } from '../../../electron/contract/job-type.ts'
import type { Job } from '../../../electron/contract/job.ts'
import { defaultPreferences } from '../../../electron/contract/preferences.ts'
import { buildField } from '../../components/schema-form/build-field.ts'
import { draftOf, type Draft } from '../../components/schema-form/draft.ts'
import { initialValue } from '../../components/schema-form/initial-value.ts'
import { isJson } from '../../components/schema-form/json-schema.ts'
import { SchemaForm } from '../../components/schema-form/schema-form.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { useClient, usePreferences } from '../../lib/panel-context.tsx'
import { EnqueueFooter } from './enqueue-footer.tsx'
import { focusField } from './focus-problem.ts'
import { JsonPane } from './json-pane.tsx'
import { emptyOptions, optionsOf, readOptions, type OptionName, type OptionsDraft } from './options-draft.ts'
import { optionId, OptionsForm } from './options-form.tsx'
import { StartFrom, type Reference } from './start-from.tsx'
import { readStored, writeStored } from './stored-list.ts'
import { useInputDraft } from './use-input-draft.ts'
import { useLoaded } from './use-loaded.ts'
import { useSubmit } from './use-submit.ts'

const views = ['form', 'both', 'json'] as const
type View = (typeof views)[number]
const viewLabels: Record<View, string> = { form: 'Form', both: 'Both', json: 'JSON' }
const viewKey = 'toril.enqueue-view.v1'

function storedView(): View {
  const stored = readStored(localStorage, viewKey)
  return views.find((view) => view === stored) ?? 'both'
}

/** What a type is started with: an earlier job's input, else its example, else the least its schema asks for. */
export function startingDraft(type: JobType, from: Job | undefined): Draft {
  if (from !== undefined) return draftOf(from.input)
  if (isJson(type.example)) return draftOf(type.example)
  return draftOf(initialValue(buildField(type.inputSchema)) ?? {})
}

/** One job being written: form, JSON, options and the way out. */
export function EnqueueEditor({
  type,
  from,
  initial,
  onLeave,
}: {
  type: JobType
  from: Job | undefined
  initial: Draft
  onLeave(draft: Draft): void
}) {
  const client = useClient()
  const preferences = usePreferences((value) => value) ?? defaultPreferences
  const inherited = {
    defaults: type.defaults,
    attempts: type.defaults.attempts ?? preferences.queue.attempts,
    backoff: type.defaults.backoff ?? preferences.queue.backoff,
  }
  const input = useInputDraft(type, initial)
  const [options, setOptions] = useState<OptionsDraft>(() =>
    from === undefined ? emptyOptions : optionsOf(from.options, inherited),
  )
  const [copies, setCopies] = useState('1')
  const [view, setView] = useState(storedView)
  const [jsonTurn, setJsonTurn] = useState(0)
  const [reference, setReference] = useState<Reference | undefined>(() =>
    from === undefined ? undefined : { label: `#${from.id}`, href: `/jobs/${from.id}`, value: from.input },
  )
  const submit = useSubmit((issues) => input.refuse(issues))
  const lastRun = useLoaded(
    type.name,
    async (signal) => (await client.jobs.list({ type: type.name, limit: 1 }, { signal })).jobs[0],
  )

  // The draft of a type that is left is kept for when the user comes back to it.
  const leave = useEffectEvent(() => onLeave(input.draft))
  useEffect(() => () => leave(), [])

  const read = readOptions(options, inherited.backoff, Date.now())
  const count = /^\d+$/.test(copies.trim()) ? Number(copies) : Number.NaN
  const copiesValid = count >= 1 && count <= 100
  const firstOption = Object.keys(read.problems)[0] as OptionName | undefined
  const locked = input.draft.syntax !== undefined
  const problems = (locked ? 1 : input.visible.length) + Object.keys(read.problems).length + (copiesValid ? 0 : 1)

  /** Shows the first thing wrong and moves the focus there; false when nothing is. */
  function focusFirst(): boolean {
    const first = input.problems[0]
    if (locked || first !== undefined) {
      if (locked || view === 'json' || (first !== undefined && !focusField(document, input.form.id, first.path))) {
        if (view === 'form') changeView('both')
        setJsonTurn((turn) => turn + 1)
      }
      return true
    }
    const id = firstOption !== undefined ? optionId(firstOption) : copiesValid ? undefined : 'copies'
    if (id === undefined) return false
    if (view === 'json' && firstOption !== undefined) changeView('both')
    requestAnimationFrame(() => document.getElementById(id)?.focus())
    return true
  }

  function changeView(next: View): void {
    setView(next)
    writeStored(localStorage, viewKey, next)
  }

  function enqueue(watch: boolean): void {
    input.attempt()
    const { value } = input.draft
    if (focusFirst() || value === undefined) return
    submit.send(
      { type: type.name, input: value, options: readOptions(options, inherited.backoff, Date.now()).options },
      count,
      watch,
    )
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    enqueue(true)
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  return (
    <>
      <section className="e-form" data-view={view} aria-labelledby="e-h">
        <div className="head">
          <h2 id="e-h" className="mono cut">
            {type.name}
          </h2>
          <span className="meta" title={type.file}>
            {from === undefined ? (type.description ?? type.title) : `Edit and rerun of #${from.id}`}
          </span>
          <div className="right">
            <Segmented
              label="Layout"
              value={view}
              options={views.map((value) => ({ value, label: viewLabels[value] }))}
              onChange={(value) => changeView(views.find((known) => known === value) ?? 'both')}
            />
          </div>
        </div>
        <StartFrom
          type={type}
          value={input.draft.value}
          lastRun={lastRun.value}
          disabledReason={locked ? 'This is not JSON yet' : undefined}
          onStart={(next) => {
            setReference(next)
            input.start(next.value)
          }}
        />
        {view !== 'json' && (
          <SchemaForm field={input.field} state={input.form}>
            <OptionsForm
              draft={options}
              read={read}
              inherited={inherited}
              forcedOpen={firstOption !== undefined}
              onChange={setOptions}
            />
          </SchemaForm>
        )}
      </section>
      {view !== 'form' && (
        <JsonPane
          draft={input.draft}
          problems={input.visible}
          schema={type.inputSchema}
          reference={reference}
          focusTurn={jsonTurn}
          onText={input.editText}
          onFormat={input.format}
        />
      )}
      {submit.failure !== undefined && (
        <div className="e-fail" role="alert">
          <StateGlyph name="failed" label={false} />
          <span>{submit.failure}</span>
        </div>
      )}
      <EnqueueFooter
        delayMs={read.options.delayMs}
        problems={problems}
        missing={input.problems.length - input.visible.length}
        copies={copies}
        copiesValid={copiesValid}
        busy={submit.busy}
        onCopies={setCopies}
        onEnqueue={enqueue}
      />
    </>
  )
}
