/** `1 job`, `1,200 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`
}

const units = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
  { name: 's', ms: 1_000 },
] as const

/** A length of time for a sentence: `250 ms`, `90 s`, `5 min`. */
export function lasting(ms: number): string {
  // 90 s says more than 1.5 min.
  const unit = units.find((one) => ms >= 2 * one.ms || ms === one.ms)
  if (unit === undefined) return `${Math.round(ms)} ms`
  return `${Math.round(ms / unit.ms)} ${unit.name}`
}
