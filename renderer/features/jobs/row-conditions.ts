import type { JobCondition } from '../../../electron/contract/job-filter.ts'
import type { JobSummary } from '../../../electron/contract/job.ts'

/** What a row tells of a key, as text or number; undefined where only the runner knows. */
function valueOf(job: JobSummary, key: JobCondition['key']): string | number | undefined {
  switch (key) {
    case 'id':
    case 'type':
    case 'state':
      return job[key]
    case 'error':
      return job.error === undefined ? '' : `${job.error.code} ${job.error.message}`
    case 'took':
      return job.startedAt === undefined || job.finishedAt === undefined
        ? Number.NaN
        : Date.parse(job.finishedAt) - Date.parse(job.startedAt)
    case 'attempt':
      return job.attempt
    case 'runner':
    case 'thread':
    case 'priority':
    case 'input':
      return undefined
  }
}

function holds(value: string | number, { key, op, values }: JobCondition): boolean {
  if (op === 'above') return Number(value) > Number(values[0])
  if (op === 'below') return Number(value) < Number(values[0])
  if (op === 'has' || key === 'error') {
    const text = String(value).toLowerCase()
    return values.some((wanted) => text.includes(wanted.toLowerCase()))
  }
  return values.includes(String(value))
}

/** Whether a row meets a condition for certain: one that came in by itself is shown only then. */
export function meets(job: JobSummary, condition: JobCondition): boolean {
  const value = valueOf(job, condition.key)
  return value !== undefined && holds(value, condition) !== condition.negated
}
