import type { Json } from '../../contract/json.ts'
import { CliError, exitCodes } from '../exit-codes.ts'

/**
 * Turns `pool.maxThreads=8` into `{pool: {maxThreads: 8}}`. A value is JSON where it is valid JSON, and
 * text otherwise. Throws a CliError for one without `=`.
 */
export function parseAssignments(assignments: readonly string[]): Record<string, Json> {
  const result: Record<string, Json> = {}
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    const keys = assignment.slice(0, at).split('.')
    if (at < 1 || keys.some((key) => key === '' || key === '__proto__')) {
      throw new CliError(
        exitCodes.usage,
        `${at < 1 ? assignment : assignment.slice(0, at)} is not of the form name=value.`,
      )
    }
    const last = keys.pop() ?? ''
    let target: { [key: string]: Json } = result
    for (const key of keys) {
      const inner = target[key]
      const next = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {}
      target[key] = next
      target = next
    }
    target[last] = valueOf(assignment.slice(at + 1))
  }
  return result
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
