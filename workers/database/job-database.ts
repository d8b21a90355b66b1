import type { DatabaseOperation, DatabaseRequest } from '../protocol.ts'
import { readOnlyModels, reads, writableModels, writes } from './actions.ts'
import { bind, join, sql } from './sql.ts'
import type { DatabaseCall, JobDatabase, Sql } from './types.ts'
import { NullMark } from './wire.ts'

/**
 * Takes a request to the runner and answers the values of its operations, one each. `called` was made
 * where the job called: errors get its stack.
 */
export type SendRequest = (request: DatabaseRequest, called: Error) => Promise<unknown[]>

// Writes to the history are sent too: the runner refuses them with a sentence that says why.
const actions = [...reads, ...writes]
const models = [...readOnlyModels, ...writableModels]

/** Sent when it is first awaited; see DatabaseCall. */
class LazyCall<Value> implements DatabaseCall<Value> {
  readonly [Symbol.toStringTag] = 'DatabaseCall'
  readonly operation: DatabaseOperation
  readonly #send: SendRequest
  // An await gets here from nowhere, so the place of the call is kept from the start.
  readonly #called = new Error('called')
  #sent: Promise<Value> | undefined

  constructor(operation: DatabaseOperation, send: SendRequest) {
    this.operation = operation
    this.#send = send
  }

  get sent(): boolean {
    return this.#sent !== undefined
  }

  #value(): Promise<Value> {
    this.#sent ??= this.#send({ operations: [this.operation] }, this.#called).then(([value]) => value as Value)
    return this.#sent
  }

  // oxlint-disable-next-line unicorn/no-thenable
  then<A = Value, B = never>(
    onValue?: ((value: Value) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#value().then(onValue, onError)
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<Value | B> {
    return this.#value().catch(onError)
  }

  finally(onEnd?: (() => void) | null): Promise<Value> {
    return this.#value().finally(onEnd)
  }
}

function refuse(code: string, message: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(message), { code }))
}

function transaction(send: SendRequest, calls: unknown, options: DatabaseRequest['transaction'] = {}) {
  if (!Array.isArray(calls)) {
    const why = 'One that waits for code of the job would hold a connection of the runner for as long as it runs.'
    return refuse('INTERACTIVE_TRANSACTION', `db.$transaction takes a list of calls: db.$transaction([a, b]). ${why}`)
  }
  const operations: DatabaseOperation[] = []
  for (const call of calls as unknown[]) {
    if (!(call instanceof LazyCall) || call.sent) {
      const what = 'db.$transaction takes calls of db that were not awaited before.'
      return refuse('INVALID_REQUEST', `${what} Number ${operations.length + 1} of the list is none.`)
    }
    operations.push(call.operation)
  }
  if (operations.length === 0) return Promise.resolve([])
  const { isolationLevel } = options
  const request = { operations, transaction: isolationLevel === undefined ? {} : { isolationLevel } }
  return send(request, new Error('called'))
}

/** `services.db` over a way to send requests to the runner. Makes nothing before it is used. */
export function createJobDatabase(send: SendRequest): JobDatabase {
  const call = <Value>(operation: DatabaseOperation): DatabaseCall<Value> => new LazyCall<Value>(operation, send)
  const raw =
    (kind: 'queryRaw' | 'executeRaw') =>
    (query: TemplateStringsArray | Sql, ...given: unknown[]) => {
      const [text, values] = bind(`$${kind}`, query, given)
      return call({ kind, sql: text, values })
    }
  const unsafe =
    (kind: 'queryRaw' | 'executeRaw') =>
    (text: string, ...values: unknown[]) =>
      call({ kind, sql: text, values })

  const database: Record<string, unknown> = {
    $queryRaw: raw('queryRaw'),
    $executeRaw: raw('executeRaw'),
    $queryRawUnsafe: unsafe('queryRaw'),
    $executeRawUnsafe: unsafe('executeRaw'),
    $transaction: (calls: unknown, options?: DatabaseRequest['transaction']) => transaction(send, calls, options),
    sql,
    join,
    DbNull: new NullMark('DbNull'),
    JsonNull: new NullMark('JsonNull'),
    AnyNull: new NullMark('AnyNull'),
  }
  for (const model of models) {
    let made: object | undefined
    const make = (): object =>
      Object.fromEntries(
        actions.map((action) => [action, (args?: unknown) => call({ kind: 'model', model, action, args })]),
      )
    Object.defineProperty(database, model, { enumerable: true, get: () => (made ??= make()) })
  }
  return database as unknown as JobDatabase
}
