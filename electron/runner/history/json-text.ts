/** Past this many characters a value is not kept; the queue itself takes far less. */
const maxValueLength = 16_000_000
const maxLineLength = 64_000

/** PostgreSQL takes no NUL and no half of a surrogate pair; JSON.stringify writes exactly these as such escapes. */
const refused = /\\u(?:0000|d[89a-f])/
const escapes = /\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g

/** JSON that PostgreSQL takes as json and jsonb: what it refuses is replaced by U+FFFD. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  if (text.length > maxValueLength) {
    return jsonText({ tooLargeForHistory: true, characters: text.length, start: text.slice(0, 1000) })
  }
  if (!refused.test(text)) return text
  // An escaped backslash is matched first, so that text which only looks like an escape stays.
  return text.replace(escapes, (escape) =>
    escape.startsWith('\\u0') || escape.startsWith('\\ud') ? '\\ufffd' : escape,
  )
}

/** The JSON of a log line's text, cut where it is longer than anybody reads. */
export function lineText(text: string): string {
  if (text.length <= maxLineLength) return jsonText(text)
  return jsonText(`${text.slice(0, maxLineLength)} … (${text.length - maxLineLength} more characters)`)
}
