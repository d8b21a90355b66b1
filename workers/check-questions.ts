import type { FromThread, ToThread } from './protocol.ts'
import { loadCheck, schemaText } from './ready-checks.ts'
import type { ReadyCheck } from './validate.ts'

type Answer = Extract<ToThread, { kind: 'check' }>

/** Asks the runner for the checks of plain JSON Schemas, which its catalog has compiled. */
export class CheckQuestions {
  readonly #post: (message: FromThread) => void
  readonly #open = new Map<string, ((javaScript: string | undefined) => void)[]>()

  constructor(post: (message: FromThread) => void) {
    this.#post = post
  }

  /** For the schemas of one job type. Without an answer of use the thread compiles the schema itself. */
  of(type: string): ReadyCheck {
    return async (schema) => {
      const text = schemaText(schema)
      if (text === undefined) return undefined
      const javaScript = await this.#ask(type, text)
      return javaScript === undefined ? undefined : loadCheck(javaScript)
    }
  }

  answer({ schema, javaScript }: Answer): void {
    const waiting = this.#open.get(schema) ?? []
    this.#open.delete(schema)
    for (const take of waiting) take(javaScript)
  }

  #ask(type: string, schema: string): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    this.#open.set(schema, [...(this.#open.get(schema) ?? []), resolve])
    this.#post({ kind: 'check', type, schema })
    return promise
  }
}
