export type SparkTone = 'running' | 'done' | 'failed' | 'retry' | 'delayed' | 'mut'

const width = 80
const height = 22
const edge = 1.5

/** The paths of a line through the values and of the area below it, in a box of 80 by 22. */
export function sparkPaths(values: readonly number[], max?: number): { line: string; area: string } {
  const top = Math.max(max ?? 0, ...values, Number.EPSILON)
  const step = values.length > 1 ? width / (values.length - 1) : 0
  const points = values.map((value, index) => {
    const y = height - edge - (value / top) * (height - 2 * edge)
    return `${(index * step).toFixed(1)} ${y.toFixed(1)}`
  })
  const line = `M${points.join('L')}`
  return { line, area: `${line}L${width} ${height}L0 ${height}Z` }
}

/** Fewer values than this draw nothing: two points are not yet a course. */
export const sparkFrom = 5

/** The course of a number. Decoration: the number itself stands beside it. */
export function Sparkline({ values, tone, max }: { values: readonly number[]; tone: SparkTone; max?: number }) {
  if (values.length < sparkFrom) return <svg className="spark" aria-hidden="true" />
  const { line, area } = sparkPaths(values, max)
  return (
    <svg
      className={`spark sc-${tone}`}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="area" d={area} />
      <path className="line" d={line} />
    </svg>
  )
}
