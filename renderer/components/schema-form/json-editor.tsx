import { useMemo, type Ref } from 'react'
import { tokenizeJson, type JsonToken } from './json-tokens.ts'
import './json-editor.css'

/** A stretch of the text that is wrong. Without one, the whole line is. */
export interface EditorMark {
  line: number
  from?: number
  to?: number
}

/** Beyond this many characters colours would make typing slow. */
const colouredUpTo = 60_000

const tokenClasses: Partial<Record<JsonToken['kind'], string>> = {
  key: 'ck',
  string: 'cs',
  number: 'jn',
  word: 'jn',
  bad: 'cb',
}

/** The tokens of each line; none runs over a line's end but white space, which is cut there. */
function linesOf(text: string): JsonToken[][] {
  if (text.length > colouredUpTo) {
    let from = 0
    return text.split('\n').map((line) => {
      const token: JsonToken = { kind: 'space', from, text: line }
      from += line.length + 1
      return [token]
    })
  }
  const lines: JsonToken[][] = [[]]
  for (const token of tokenizeJson(text)) {
    let { from } = token
    for (const [index, part] of token.text.split('\n').entries()) {
      if (index > 0) lines.push([])
      if (part !== '') lines.at(-1)?.push({ ...token, from, text: part })
      from += part.length + 1
    }
  }
  return lines
}

/**
 * A plain text box over its own coloured picture: the browser's caret, selection, undo and input methods, with
 * line numbers and marked lines beside them. Read-only, it shows a document, such as a schema.
 */
export function JsonEditor({
  text,
  marks = [],
  label,
  readOnly = false,
  describedBy,
  ref,
  onText,
}: {
  text: string
  marks?: readonly EditorMark[]
  label: string
  readOnly?: boolean
  describedBy?: string | undefined
  ref?: Ref<HTMLTextAreaElement>
  onText?(text: string): void
}) {
  const lines = useMemo(() => linesOf(text), [text])
  const bad = new Set(marks.map((mark) => mark.line))
  const isMarked = (token: JsonToken): boolean =>
    token.kind !== 'space' &&
    marks.some(({ from, to }) => from !== undefined && to !== undefined && token.from >= from && token.from < to)
  return (
    <div className="ed scroll mono">
      <div className="ed-in">
        <div aria-hidden="true">
          {lines.map((tokens, index) => (
            <div key={index} className={bad.has(index + 1) ? 'ln bad' : 'ln'}>
              <i>{index + 1}</i>
              <span>
                {tokens.map((token) => (
                  <span
                    key={token.from}
                    className={
                      [tokenClasses[token.kind], isMarked(token) && 'sq'].filter(Boolean).join(' ') || undefined
                    }
                  >
                    {token.text}
                  </span>
                ))}
                {/* An empty line keeps its height. */}
                {tokens.length === 0 && '\u200b'}
              </span>
            </div>
          ))}
        </div>
        <textarea
          ref={ref}
          value={text}
          readOnly={readOnly}
          aria-label={label}
          aria-describedby={describedBy}
          aria-invalid={marks.length > 0}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          wrap="off"
          onChange={(event) => onText?.(event.target.value)}
        />
      </div>
    </div>
  )
}
