import { useEffect, useEffectEvent, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Button } from '../../components/button.tsx'
import { CopyIcon } from '../../components/copy-button.tsx'
import { Icon } from '../../components/icon.tsx'
import { differences, pathText } from '../../components/schema-form/diff.ts'
import type { Draft } from '../../components/schema-form/draft.ts'
import { JsonEditor, type EditorMark } from '../../components/schema-form/json-editor.tsx'
import { pointerOf, type JsonPath } from '../../components/schema-form/json-path.ts'
import { formatJson } from '../../components/schema-form/json-text.ts'
import type { Problem } from '../../components/schema-form/problems.ts'
import { counted } from '../../components/words.ts'
import { StateGlyph } from '../../components/state-glyph.tsx'
import type { Json } from '../../../electron/contract/json.ts'
import type { JsonSchemaDocument } from '../../../electron/contract/job-type.ts'
import type { Reference } from './start-from.tsx'
import './json-pane.css'

/** Where a problem stands in the text; of something missing, the object it is missing from. */
function markOf(draft: Draft, path: JsonPath): EditorMark | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const span = draft.spans.get(pointerOf(path.slice(0, length)))
    if (span === undefined) continue
    const inLine = length === path.length && !draft.text.slice(span.from, span.to).includes('\n')
    return inLine ? span : { line: span.line }
  }
  return undefined
}

interface ShownProblem {
  key: string
  mark: EditorMark | undefined
  at: number
  name: string
  message: string
}

function shownProblems(draft: Draft, problems: readonly Problem[]): ShownProblem[] {
  if (draft.syntax !== undefined) {
    const { line, column, message } = draft.syntax
    const at =
      draft.text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length +
      (line > 1 ? 1 : 0) +
      column -
      1
    return [{ key: 'syntax', mark: { line }, at, name: '', message }]
  }
  return problems.map(({ path, message }) => {
    const mark = markOf(draft, path)
    return { key: `${pointerOf(path)} ${message}`, mark, at: mark?.from ?? 0, name: pathText(path), message }
  })
}

const shownAtMost = 4

function Differences({ reference, value }: { reference: Reference; value: Json | undefined }) {
  const list = differences(reference.value, value)
  const name =
    reference.href === undefined ? (
      reference.label
    ) : (
      <Link className="link mono" href={reference.href}>
        {reference.label}
      </Link>
    )
  return (
    <div className="ej-d">
      <div className="ej-dh">
        {list.length === 0 ? (
          <>Same as {name}</>
        ) : (
          <>
            Differs from {name} in {counted(list.length, 'place')}
          </>
        )}
      </div>
      <ul className="scroll">
        {list.map(({ path, before, after }) => (
          <li key={pointerOf(path)} className="df mono">
            <span className="dim cut" title={pathText(path)}>
              {pathText(path)}
            </span>
            {before === undefined ? (
              <span className="dim">nothing</span>
            ) : (
              <del className="cut" title={formatJson(before)}>
                {JSON.stringify(before)}
              </del>
            )}
            <Icon name="arrow" className="sm dim" />
            {after === undefined ? (
              <span className="dim">nothing</span>
            ) : (
              <ins className="cut" title={formatJson(after)}>
                {JSON.stringify(after)}
              </ins>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The input as JSON, what is wrong with it by line, and where it differs from what it was started from. */
export function JsonPane({
  draft,
  problems,
  schema,
  reference,
  focusTurn,
  onText,
  onFormat,
}: {
  draft: Draft
  problems: readonly Problem[]
  schema: JsonSchemaDocument
  reference: Reference | undefined
  /** Grows when the focus is to go to the first problem here. */
  focusTurn: number
  onText(text: string): void
  onFormat(): void
}) {
  const [showSchema, setShowSchema] = useState(false)
  const editor = useRef<HTMLTextAreaElement>(null)
  const shown = shownProblems(draft, problems)
  const first = shown[0]
  const goTo = (at: number): void => {
    editor.current?.focus()
    editor.current?.setSelectionRange(at, at)
  }
  // Only a new turn moves the focus, never a new problem.
  const goToFirst = useEffectEvent(() => goTo(first?.at ?? 0))
  useEffect(() => {
    if (focusTurn > 0) goToFirst()
  }, [focusTurn])
  return (
    <section className="e-json" aria-label="JSON">
      <div className="ej-h">
        <span className="med">{showSchema ? 'Schema of the input' : 'Input as JSON'}</span>
        <span className="grow" />
        <Button size="sm" variant="quiet" aria-pressed={showSchema} onClick={() => setShowSchema(!showSchema)}>
          Schema
        </Button>
        {!showSchema && (
          <Button
            size="sm"
            variant="quiet"
            disabledReason={draft.syntax === undefined ? undefined : 'This is not JSON yet'}
            onClick={onFormat}
          >
            Format
          </Button>
        )}
        <CopyIcon
          text={showSchema ? formatJson(schema as Json) : draft.text}
          label={showSchema ? 'Copy the schema' : 'Copy the JSON'}
        />
      </div>
      {showSchema ? (
        <JsonEditor text={formatJson(schema as Json)} label="Schema of the input" readOnly />
      ) : (
        <JsonEditor
          ref={editor}
          text={draft.text}
          marks={shown.flatMap(({ mark }) => mark ?? [])}
          label={shown.length === 0 ? 'Input as JSON' : `Input as JSON, ${counted(shown.length, 'problem')}`}
          describedBy={shown.length === 0 ? undefined : 'json-problems'}
          onText={onText}
        />
      )}
      {reference !== undefined && <Differences reference={reference} value={draft.value} />}
      {shown.length > 0 && (
        <ul className="ej-p" id="json-problems" role="status">
          {shown.slice(0, shownAtMost).map((problem) => (
            <li key={problem.key}>
              <button
                type="button"
                onClick={() => {
                  setShowSchema(false)
                  requestAnimationFrame(() => goTo(problem.at))
                }}
              >
                <StateGlyph name="failed" label={false} />
                <span>
                  {problem.mark !== undefined && <b>Line {problem.mark.line}</b>}
                  {problem.name !== '' && <span className="mono">{problem.name}</span>} {problem.message}
                </span>
              </button>
            </li>
          ))}
          {shown.length > shownAtMost && (
            <li className="dim">and {counted(shown.length - shownAtMost, 'more', 'more')}</li>
          )}
        </ul>
      )}
    </section>
  )
}
