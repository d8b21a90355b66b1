/** `stripMetadata`, `strip_metadata` and `strip-metadata` as a label: `Strip metadata`. */
export function labelOf(key: string): string {
  const words = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[\s_\-.]+/)
    .filter(Boolean)
    // A word all in capitals is an abbreviation, `URL`, and stays one.
    .map((word) => (/^[A-Z0-9]{2,}$/.test(word) ? word : word.toLowerCase()))
  const text = words.join(' ')
  return text === '' ? key : text.charAt(0).toUpperCase() + text.slice(1)
}

/** A message as a sentence: full stop last, and a capital first unless something stands before it. */
export function sentence(message: string, first = true): string {
  const text = message.trim()
  const capital = first ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return /[.?…]$/.test(capital) ? capital : `${capital}.`
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** `1 problem`, `2 problems`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`
}
