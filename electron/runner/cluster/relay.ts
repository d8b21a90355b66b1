import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import { errorCodes, TorilError, type ErrorCode } from '../../contract/errors.ts'
import type { Json } from '../../contract/json.ts'
import type { RelayLine, RelayListener } from '../queue/relay-line.ts'
import { addressSchema, envelopeSchema, type Envelope } from './envelope.ts'

/** Talks with the other runners of the queue. What arrives is checked; what is not known is left alone, and said once. */
export interface Relay {
  /**
   * Asks one runner. Rejects RUNNER_SILENT when there is no answer in time or none can be had, and with the
   * other runner's own TorilError when it refuses.
   */
  ask<Answer>(to: string, what: string, body: Json, answer: z.ZodType<Answer>): Promise<Answer>
  /** How this runner answers others. */
  answer<Body>(what: string, schema: z.ZodType<Body>, handle: (body: Body, from: string) => Promise<Json>): void
  /** Tells all others. Rejects UNAVAILABLE while the server is away. */
  tell(what: string, body: Json): Promise<void>
  hear<Body>(what: string, schema: z.ZodType<Body>, listener: (body: Body, from: string) => void): void
  /** Called each time this runner begins to hear the others: at first, and after each outage. */
  onListening(listener: () => void): void
  close(): Promise<void>
}

export interface RelayParts {
  ownId: string
  open: (listener: RelayListener) => RelayLine
  answerMs: number
  onProblem: (message: string) => void
}

interface Question {
  resolve(body: Json): void
  reject(error: Error): void
}

type Receiver = (body: Json, from: string) => Promise<Json>

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code)
}

function errorOf(error: unknown): NonNullable<Extract<Envelope, { kind: 'answer' }>['error']> {
  if (!(error instanceof TorilError)) return { code: 'INTERNAL', message: 'The other runner failed. Its log says how.' }
  const { code, message, issues } = error
  return { code, message, ...(issues === undefined ? {} : { issues }) }
}

export function createRelay({ ownId, open, answerMs, onProblem }: RelayParts): Relay {
  const questions = new Map<string, Question>()
  const answers = new Map<string, Receiver>()
  const listeners = new Map<string, (body: Json, from: string) => void>()
  const listening = new Set<() => void>()
  const told = new Set<string>()
  let isListening = false

  function sayOnce(message: string): void {
    if (told.has(message)) return
    // Whoever sends nonsense could send it for ever.
    if (told.size < 100) told.add(message)
    onProblem(message)
  }

  function read(text: string): Envelope | undefined {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      sayOnce('Something that is no message of a runner came from the queue, and was left alone.')
      return undefined
    }
    const parsed = envelopeSchema.safeParse(value)
    if (parsed.success) return parsed.data
    const address = addressSchema.safeParse(value)
    if (address.data?.from !== ownId) {
      const { from, kind } = address.data ?? { from: 'unknown', kind: 'unknown' }
      sayOnce(`Runner ${from} sent a message (${kind}) that this version does not understand. It was left alone.`)
    }
    return undefined
  }

  async function send(to: string | undefined, message: Envelope): Promise<void> {
    await line.send(to, JSON.stringify(message))
  }

  async function reply({ from, id, what, body }: Extract<Envelope, { kind: 'ask' }>): Promise<void> {
    const handle = answers.get(what)
    let answer: { body: Json } | { error: ReturnType<typeof errorOf> }
    try {
      if (handle === undefined) {
        throw new TorilError('INVALID_REQUEST', `Runner ${ownId} is of another version and does not know "${what}".`)
      }
      answer = { body: await handle(body, from) }
    } catch (error) {
      if (!(error instanceof TorilError)) onProblem(`The question "${what}" of runner ${from}: ${String(error)}`)
      answer = { error: errorOf(error) }
    }
    // While the server is away the other one hears nothing and says so.
    await send(from, { kind: 'answer', from: ownId, id, ...answer }).catch(() => undefined)
  }

  function receive(text: string): void {
    const message = read(text)
    if (message === undefined || message.from === ownId) return
    if (message.kind === 'ask') {
      void reply(message)
    } else if (message.kind === 'answer') {
      const { error } = message
      const question = questions.get(message.id)
      if (error === undefined) question?.resolve(message.body ?? null)
      else if (isErrorCode(error.code)) question?.reject(new TorilError(error.code, error.message, restOf(error)))
      else question?.reject(new TorilError('INTERNAL', error.message))
    } else {
      const listener = listeners.get(message.what)
      if (listener === undefined) {
        sayOnce(
          `Runner ${message.from} tells of "${message.what}", which this version does not know. It is left alone.`,
        )
      } else listener(message.body, message.from)
    }
  }

  function checked<Body>(schema: z.ZodType<Body>, what: string, body: Json, from: string): Body {
    const parsed = schema.safeParse(body)
    if (parsed.success) return parsed.data
    const path = parsed.error.issues[0]?.path.join('.') ?? ''
    throw new TorilError('INVALID_REQUEST', `What runner ${from} said of "${what}" is not understood (${path}).`)
  }

  const line = open({
    onText: receive,
    onListening() {
      isListening = true
      for (const listener of listening) listener()
    },
  })

  return {
    async ask(to, what, body, answer) {
      const id = randomUUID()
      const { promise, resolve, reject } = Promise.withResolvers<Json>()
      // Refused before it is waited for, it is still no unhandled rejection.
      promise.catch(() => undefined)
      questions.set(id, { resolve, reject })
      const silence = `Runner ${to} did not answer within ${answerMs / 1000} s. Whether it did what was asked is not known.`
      const timer = setTimeout(() => reject(new TorilError('RUNNER_SILENT', silence)), answerMs)
      try {
        await send(to, { kind: 'ask', from: ownId, id, what, body })
        return checked(answer, what, await promise, to)
      } finally {
        clearTimeout(timer)
        questions.delete(id)
      }
    },
    answer(what, schema, handle) {
      answers.set(what, async (body, from) => handle(checked(schema, what, body, from), from))
    },
    tell: (what, body) => send(undefined, { kind: 'tell', from: ownId, what, body }),
    hear(what, schema, listener) {
      listeners.set(what, (body, from) => {
        const parsed = schema.safeParse(body)
        if (parsed.success) listener(parsed.data, from)
        else sayOnce(`What runner ${from} tells of "${what}" is not understood, and was left alone.`)
      })
    },
    onListening(listener) {
      listening.add(listener)
      if (isListening) listener()
    },
    async close() {
      for (const { reject } of questions.values()) reject(new TorilError('RUNNER_STOPPING', 'The runner is stopping.'))
      await line.close()
    },
  }
}

function restOf({ issues }: { issues?: TorilError['issues'] }): { issues?: NonNullable<TorilError['issues']> } {
  return issues === undefined ? {} : { issues }
}
