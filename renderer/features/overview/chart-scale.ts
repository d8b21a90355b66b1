/** The lowest round number at or above the value: 1, 2, 4, 5 or 8 times a power of ten; at least 4. */
export function niceTop(value: number): number {
  const least = Math.max(4, value)
  const power = 10 ** Math.floor(Math.log10(least))
  const factor = [1, 2, 4, 5, 8, 10].find((step) => step * power >= least) ?? 10
  return factor * power
}

/** Indexes of at most `count` labels, spread evenly, the first and the last among them. */
export function labelIndexes(length: number, count: number): number[] {
  if (length <= 1) return length === 1 ? [0] : []
  const labels = Math.min(count, length)
  return Array.from({ length: labels }, (_, index) => Math.round((index * (length - 1)) / (labels - 1)))
}
