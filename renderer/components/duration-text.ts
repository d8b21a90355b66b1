const second = 1000
const units: [name: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', second],
  ['ms', 1],
]

const unitMs: Record<string, number> = {
  ms: 1,
  s: second,
  sec: second,
  second: second,
  seconds: second,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
}

/** A length of time as it is edited: exact, so that it reads back as the same number of ms. `1 m 30 s`, `1 s 500 ms`. */
export function durationText(ms: number): string {
  if (ms === 0) return '0 s'
  let rest = ms
  const parts: string[] = []
  for (const [name, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${name}`)
  }
  return parts.join(' ')
}

/**
 * What was typed as a length of time, in whole ms: `15 s`, `1h 30m`, `1.5 s`, `250ms`; a bare number is
 * seconds. Undefined when it is none of these.
 */
export function durationOfText(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase()
  if (/^\d+(?:\.\d+)?$/.test(trimmed)) return whole(Number(trimmed) * second)
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/g)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== trimmed) return undefined
  let total = 0
  for (const [, count, unit] of parts) {
    const size = unitMs[unit ?? '']
    if (size === undefined) return undefined
    total += Number(count) * size
  }
  return whole(total)
}

function whole(ms: number): number | undefined {
  const rounded = Math.round(ms)
  return Number.isSafeInteger(rounded) ? rounded : undefined
}
