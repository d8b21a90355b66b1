import { inspect } from 'node:util'

/** What is known of a thrown value, as data. */
export interface ThrownError {
  code: string
  message: string
  stack?: string
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/**
 * Coerces whatever was thrown. An error's own string `code` is kept, otherwise it is `fallback`.
 * Never throws itself, also for objects whose getters do.
 */
export function coerceThrown(thrown: unknown, fallback: string): ThrownError {
  try {
    if (typeof thrown === 'object' && thrown !== null) {
      const { code, message, stack, name } = thrown as Record<string, unknown>
      const known = text(stack)
      return {
        code: text(code) ?? fallback,
        message: text(message) ?? text(name) ?? inspect(thrown, { depth: 1 }),
        ...(known === undefined ? {} : { stack: known }),
      }
    }
    return { code: fallback, message: text(thrown) ?? `The job threw ${inspect(thrown)}.` }
  } catch {
    return { code: fallback, message: 'The job threw a value that cannot be read.' }
  }
}
