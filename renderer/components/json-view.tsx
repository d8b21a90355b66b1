import { Fragment, useMemo, useState } from 'react'
import { formatBytes } from '../lib/format.ts'
import { Button } from './button.tsx'
import { CopyIcon } from './copy-button.tsx'
import { tokenizeJson, type JsonToken } from './schema-form/json-tokens.ts'

/** Larger values are shown only when asked for: drawing them takes a while. In characters, about bytes. */
const showAtOnce = 256 * 1024

const secretName = /pass(word|phrase)?$|secret|token$|api[-_]?key|credential/i

/** Whether a member of this name is masked until it is clicked. */
export function isSecretName(name: string): boolean {
  return secretName.test(name)
}

type Piece = JsonToken & { secret: boolean }

/** Tokens line by line; the text value of a member with a secret name is marked. */
export function toLines(text: string): Piece[][] {
  const lines: Piece[][] = [[]]
  let name = ''
  for (const token of tokenizeJson(text)) {
    if (token.kind === 'key') name = token.text.slice(1, -1)
    const secret = token.kind === 'string' && isSecretName(name)
    if (token.text === ',' || token.text === '[' || token.text === '{') name = ''
    const [first = '', ...rest] = token.text.split('\n')
    if (first !== '') lines.at(-1)?.push({ ...token, text: first, secret })
    for (const part of rest) lines.push(part === '' ? [] : [{ ...token, text: part, secret }])
  }
  return lines
}

const classes: Partial<Record<JsonToken['kind'], string>> = { key: 'ck', string: 'cs', number: 'cn', word: 'cn' }

function Secret({ text }: { text: string }) {
  const [shown, setShown] = useState(false)
  return (
    <button
      type="button"
      className="cs secret"
      aria-label={shown ? 'Hide' : 'Show what is masked'}
      onClick={() => setShown(!shown)}
    >
      {shown ? text : '"••••••"'}
    </button>
  )
}

/** A JSON value to read: coloured, numbered lines, copied with one press. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const text = useMemo(() => JSON.stringify(value, null, 2) ?? 'null', [value])
  const [asked, setAsked] = useState(false)
  const shown = asked || text.length <= showAtOnce
  const lines = useMemo(() => (shown ? toLines(text) : []), [shown, text])
  return (
    <div className="json" role="group" aria-label={label}>
      <div className="json-copy">
        <CopyIcon text={text} label={`Copy ${label.toLowerCase()}`} />
      </div>
      {shown ? (
        <pre className="mono" tabIndex={0}>
          {lines.map((line, index) => (
            // Lines have no other name than their number.
            <div key={index} className="json-l">
              <i aria-hidden="true">{index + 1}</i>
              <code>
                {line.map((piece) =>
                  piece.secret ? (
                    <Secret key={piece.from} text={piece.text} />
                  ) : classes[piece.kind] === undefined ? (
                    <Fragment key={piece.from}>{piece.text}</Fragment>
                  ) : (
                    <span key={piece.from} className={classes[piece.kind]}>
                      {piece.text}
                    </span>
                  ),
                )}
              </code>
            </div>
          ))}
        </pre>
      ) : (
        <div className="json-big">
          {label} has {formatBytes(text.length)}.
          <Button size="sm" onClick={() => setAsked(true)}>
            Show it
          </Button>
        </div>
      )}
    </div>
  )
}
