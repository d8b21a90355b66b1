import { implement } from '@orpc/server'
import { contract } from '../../contract/contract.ts'
import type { ApiContext } from '../context.ts'

/** The contract, ready to be implemented: the compiler and oRPC refuse what does not fit it. */
export const api = implement(contract).$context<ApiContext>()

/** A signal that never aborts, for callers that gave none. */
export function orNever(signal: AbortSignal | undefined): AbortSignal {
  return signal ?? new AbortController().signal
}

/** What oRPC streams is an iterator object; the runner answers any async iterable. */
export async function* streamOf<Value>(source: AsyncIterable<Value>): AsyncGenerator<Value, void, void> {
  yield* source
}
