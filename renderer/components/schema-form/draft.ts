import type { Json } from '../../../electron/contract/json.ts'
import { sameJson, withValueAt, type JsonPath } from './json-path.ts'
import { parseJson, type JsonSpan, type JsonSyntaxProblem } from './json-source.ts'
import { formatJson } from './json-text.ts'

/**
 * An input being written, as text and as a value in step. While the text is not JSON, `value` is the last one
 * that was: the form shows it, locked, and nothing typed on either side is lost.
 */
export interface Draft {
  text: string
  value: Json | undefined
  syntax?: JsonSyntaxProblem
  /** Where each value stands in the text; of the last text that was JSON. */
  spans: ReadonlyMap<string, JsonSpan>
}

/** Starts from a value; `undefined` is an empty text. */
export function draftOf(value: Json | undefined): Draft {
  return value === undefined
    ? withText({ text: '', value, spans: new Map() }, '')
    : withText({ text: '', value, spans: new Map() }, formatJson(value))
}

/** The text was edited. */
export function withText(draft: Draft, text: string): Draft {
  const source = parseJson(text)
  if (source.ok) return { text, value: source.value, spans: source.spans }
  return { text, value: draft.value, spans: draft.spans, syntax: source.problem }
}

/** The form was edited: the value at the path, `undefined` to take it out. Does nothing while the text is not JSON. */
export function withEdit(draft: Draft, path: JsonPath, value: Json | undefined): Draft {
  if (draft.syntax !== undefined && draft.text.trim() !== '') return draft
  const next = withValueAt(draft.value, path, value)
  // An edit that changes nothing must not rewrite what the user laid out by hand.
  if (next !== undefined && draft.syntax === undefined && sameJson(next, draft.value)) return draft
  return draftOf(next)
}

/** The text laid out anew; as it is while it is not JSON. */
export function formatted(draft: Draft): Draft {
  return draft.syntax === undefined && draft.value !== undefined ? draftOf(draft.value) : draft
}
