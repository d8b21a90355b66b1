import type { JobSummary } from '../../../electron/contract/job.ts'

/** Failures of one type with one message. */
export interface ErrorGroup {
  type: string
  message: string
  count: number
}

type Failure = Pick<JobSummary, 'type' | 'error'>

/** Numbers in a message are most often ids and ports, which would keep the same error apart. */
function shapeOf(message: string): string {
  return message.replace(/\d+/g, '#')
}

/** Failed jobs by type and message, most first. */
export function groupErrors(failures: readonly Failure[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  for (const { type, error } of failures) {
    const message = error?.message ?? 'Failed'
    const key = `${type} ${shapeOf(message)}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, { type, message, count: 1 })
    else known.count += 1
  }
  return [...groups.values()].sort((left, right) => right.count - left.count)
}
