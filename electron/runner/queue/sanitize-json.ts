import type { Json } from '../../contract/json.ts'

/**
 * PostgreSQL stores no NUL in text, and jsonb no lone surrogate: a job that carries one is refused, or
 * wedged when its result cannot be stored. Both become U+FFFD, on every backend alike, so that a job
 * means the same wherever it is queued.
 */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\uFFFD') : whole
}

/** Cleans every string and key in a JSON value. Answers the value itself, not a copy, where nothing is wrong. */
export function cleanJson(value: Json): Json {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return cleanArray(value)
  return cleanObject(value)
}

function cleanArray(items: Json[]): Json[] {
  let copy: Json[] | undefined
  for (const [index, item] of items.entries()) {
    const cleaned = cleanJson(item)
    if (cleaned === item) continue
    copy ??= [...items]
    copy[index] = cleaned
  }
  return copy ?? items
}

function cleanObject(object: { [key: string]: Json }): { [key: string]: Json } {
  const entries = Object.entries(object)
  let changed = false
  const cleaned = entries.map(([key, item]): [string, Json] => {
    const pair: [string, Json] = [cleanText(key), cleanJson(item)]
    changed ||= pair[0] !== key || pair[1] !== item
    return pair
  })
  // fromEntries, and not assignment, keeps a key named __proto__ an ordinary key.
  return changed ? Object.fromEntries(cleaned) : object
}
