import type { RawLine, Report } from '../../../workers/protocol.ts'
import type { AttemptListener } from './executor.ts'

function shown(lines: RawLine[]): { at: string; level: RawLine['level']; text: string }[] {
  return lines.map(({ at, level, text }) => ({ at: new Date(at).toISOString(), level, text }))
}

/** Hands what a job told to the listener; dropped lines are told at the place where they are missing. */
export function deliverReport({ progress, lines, dropped, tail }: Report, listener: AttemptListener): void {
  if (lines !== undefined) listener.onLogs(shown(lines), dropped)
  if (tail !== undefined) listener.onLogs(shown(tail), 0)
  if (progress !== undefined) listener.onProgress(progress)
}
