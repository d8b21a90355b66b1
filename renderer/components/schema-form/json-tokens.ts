/** A piece of JSON text. `key` is a string that names a member; `bad` is text JSON does not know. */
export interface JsonToken {
  kind: 'key' | 'string' | 'number' | 'word' | 'punctuation' | 'space' | 'bad'
  /** Index of its first character in the text. */
  from: number
  text: string
}

const shapes: [JsonToken['kind'], RegExp][] = [
  ['space', /[ \t\r\n]+/y],
  ['string', /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y],
  ['number', /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ['word', /(?:true|false|null)\b/y],
  ['punctuation', /[{}[\],:]/y],
  // Up to the end of the line for an open string, else one run of letters: colour goes on right after it.
  ['bad', /"[^\n"]*"?|[^\s{}[\],:"]+|[^]/y],
]

/** Cuts any text into tokens; joined again they are the text. Never throws: it colours what is being typed. */
export function tokenizeJson(text: string): JsonToken[] {
  const tokens: JsonToken[] = []
  let from = 0
  while (from < text.length) {
    for (const [kind, shape] of shapes) {
      shape.lastIndex = from
      const match = shape.exec(text)?.[0]
      if (match === undefined) continue
      tokens.push({ kind, from, text: match })
      from += match.length
      break
    }
  }
  return tokens.map((token, index) =>
    token.kind === 'string' && isKey(tokens, index) ? { ...token, kind: 'key' } : token,
  )
}

function isKey(tokens: JsonToken[], index: number): boolean {
  let next = index + 1
  while (tokens[next]?.kind === 'space') next += 1
  return tokens[next]?.text === ':'
}
