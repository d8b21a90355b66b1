import { TorilError } from '../../contract/errors.ts'
import { byCode, byFirstMessage, byMessage, ownRefusals } from './refusal-sentences.ts'

/** Names of the server in sentences. */
export const serverNames = { redis: 'Redis', postgres: 'PostgreSQL' } as const
export type ServerKind = keyof typeof serverNames

/** What Toril itself found out about a server, beside what the server says. */
export class Refusal extends Error {
  readonly kind: keyof typeof ownRefusals

  constructor(kind: keyof typeof ownRefusals, particular = '') {
    super(ownRefusals[kind].replace('$1', () => particular))
    this.name = 'Refusal'
    this.kind = kind
  }
}

function field(error: unknown, name: 'code' | 'message'): string {
  if (typeof error !== 'object' || error === null) return name === 'message' ? String(error) : ''
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : ''
}

/** Node reports several tries (IPv4 and IPv6) as one AggregateError without a message, and ioredis the nodes of a cluster. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  const ofNode: unknown = error instanceof Error ? Reflect.get(error, 'lastNodeError') : undefined
  return ofNode instanceof Error ? innermost(ofNode) : error
}

function matched(sentences: [RegExp, string][], message: string): string | undefined {
  for (const [pattern, sentence] of sentences) {
    const found = pattern.exec(message)
    if (found !== null) return sentence.replaceAll('$1', () => found[1] ?? '')
  }
  return undefined
}

/** Why the server refuses or is away, and what to do, as the end of a sentence. Never repeats the address. */
export function reasonOf(error: unknown): string {
  const inner = innermost(error)
  const message = field(inner, 'message')
  if (inner instanceof Refusal) return message
  const known = matched(byFirstMessage, message) ?? byCode[field(inner, 'code')] ?? matched(byMessage, message)
  if (known !== undefined) return known
  return message === '' ? 'it cannot be used' : message.replace(/\.$/, '')
}

/** The same, where something may be the matter with the way there; what Toril found out itself tells more. */
export function reasonOnWay(trouble: string | undefined, error: unknown): string {
  const found = error instanceof Refusal && error.kind !== 'sentinels'
  return trouble === undefined || found ? reasonOf(error) : trouble
}

/** What a server that is there does not do: a right is missing, or it is full. */
const refusals = /^(NOPERM|OOM|MISCONF)|user executing the script can't run/
const refusalStates = new Set(['42501', '53100'])

/** The sentence for a question that was refused and would be again; undefined for any other error. */
export function refusedSentence(kind: ServerKind, label: string, error: unknown): TorilError | undefined {
  if (!refusals.test(field(error, 'message')) && !refusalStates.has(field(error, 'code'))) return undefined
  const message = `The queue on ${serverNames[kind]} at ${label} refuses this: ${reasonOf(error)}.`
  return new TorilError('UNAVAILABLE', message, { cause: error })
}

/** The one sentence a user sees. */
export function unavailable(kind: ServerKind, label: string, reason: string, cause?: unknown): TorilError {
  return new TorilError('UNAVAILABLE', `The queue on ${serverNames[kind]} at ${label} cannot be reached: ${reason}.`, {
    ...(cause === undefined ? {} : { cause }),
  })
}
