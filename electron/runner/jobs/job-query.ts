import { TorilError } from '../../contract/errors.ts'
import { parseConditions } from '../../contract/job-filter.ts'
import type { JobQuery } from '../history/history.ts'
import type { JobListInput } from '../runner.ts'

/** What the history is asked for a list. Throws INVALID_REQUEST for a filter that cannot be understood. */
export function queryOf({ query, state, type, since, until, filter, limit, cursor }: JobListInput): JobQuery {
  const conditions = parseConditions(filter ?? '')
  if ('problem' in conditions) {
    const { problem: message } = conditions
    throw new TorilError('INVALID_REQUEST', `filter: ${message}`, { issues: [{ path: ['filter'], message }] })
  }
  return {
    limit,
    ...(query ? { text: query } : {}),
    ...(state === undefined || state.length === 0 ? {} : { states: state }),
    ...(type === undefined ? {} : { type }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(cursor === undefined ? {} : { cursor }),
  }
}
