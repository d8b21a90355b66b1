import type { LogLevel, LogLine } from '../../../electron/contract/job.ts'

/** Lines kept in the panel; of more, the newest. The runner keeps them all up to its own limit. */
export const keepLines = 20_000

/** Puts lines together by `seq`, each once. */
export function mergeLines(known: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] {
  if (more.length === 0) return known
  const last = known.at(-1)?.seq ?? 0
  const inOrder = more.every((line, index) => line.seq > (more[index - 1]?.seq ?? last))
  if (inOrder) return [...known, ...more].slice(-keepLines)
  const bySeq = new Map(known.map((line) => [line.seq, line]))
  for (const line of more) bySeq.set(line.seq, line)
  return [...bySeq.values()].sort((left, right) => left.seq - right.seq).slice(-keepLines)
}

const rank: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** Lines of this level or a worse one that have the text in them. */
export function filterLines(lines: readonly LogLine[], text: string, least: LogLevel): readonly LogLine[] {
  const needle = text.trim().toLowerCase()
  if (needle === '' && least === 'debug') return lines
  return lines.filter(
    (line) => rank[line.level] >= rank[least] && (needle === '' || line.text.toLowerCase().includes(needle)),
  )
}
