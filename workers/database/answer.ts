import type { DatabaseError } from '../protocol.ts'
import { unpack, type Packed } from './wire.ts'

/** An error as Prisma's client throws it: name, code and meta; its stack is that of the call. */
export function rebuildError({ name, message, code, meta }: DatabaseError, called: Error): Error {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
  const frames = called.stack?.split('\n').filter((line) => line.startsWith('    at ')) ?? []
  error.stack = [`${name}: ${message}`, ...frames].join('\n')
  return Object.assign(error, code === undefined ? {} : { code }, meta === undefined ? {} : { meta })
}

/** The values of an answer. Prisma's class of decimal numbers is loaded with the first that needs it. */
export async function unpackAnswer(answer: Packed): Promise<unknown[]> {
  if (!answer.boxed) return answer.value as unknown[]
  const { Decimal } = await import('@prisma/client/runtime/index-browser')
  return unpack(answer, { decimal: (text) => new Decimal(text), null: () => null }) as unknown[]
}
