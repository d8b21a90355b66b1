import { mapEventIterator, ORPCError } from '@orpc/client'
import type { Log } from './context.ts'
import { coerceError, isWireError, wireError } from './errors.ts'

interface Call {
  path: readonly string[]
  next(): Promise<unknown>
}

/** Coerces what an operation throws, at once or later from the stream it answered. */
export function coerceErrors(log: Log) {
  return async ({ path, next }: Call): Promise<unknown> => {
    try {
      const output = await next()
      if (!isIterator(output)) return output
      return mapEventIterator(output, {
        value: (value) => Promise.resolve(value),
        error: (error) => Promise.resolve(coerceError(error, path, log)),
      })
    } catch (error) {
      throw coerceError(error, path, log)
    }
  }
}

/** A message that could not even be decoded never reached an operation. */
export async function coerceDecoding<Result>({ next }: { next(): Promise<Result> }): Promise<Result> {
  try {
    return await next()
  } catch (error) {
    if (isWireError(error)) throw error
    const reason = error instanceof ORPCError ? error.message : 'The request could not be read.'
    throw wireError('INVALID_REQUEST', reason)
  }
}

function isIterator(value: unknown): value is AsyncIterator<unknown, unknown, void> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value && 'next' in value
}
