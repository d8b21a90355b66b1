import { Worker } from 'node:worker_threads'
import type { CatalogAnswer, CatalogRequest } from '../../../workers/protocol.ts'
import { childEnvironment } from '../child-environment.ts'
import { limitLoading } from './loading-limit.ts'

type Question = CatalogRequest extends infer Request
  ? Request extends CatalogRequest
    ? Omit<Request, 'id'>
    : never
  : never
export type Answer =
  | Exclude<CatalogAnswer, { kind: 'problem' }>
  /** `late`: there was no answer in time. */
  | (Omit<Extract<CatalogAnswer, { kind: 'problem' }>, 'id'> & { late?: true })

interface Open {
  settle: (answer: Answer) => void
}

/**
 * A thread that imports job files. One question at a time, so that when a file hangs or ends the thread
 * it is known which; the thread is replaced and the others are not touched.
 */
export class CatalogThread {
  readonly #entry: string
  readonly #timeoutMs: number
  #worker: Worker | undefined
  #open: Open | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(entry: string, timeoutMs: number) {
    this.#entry = entry
    this.#timeoutMs = timeoutMs
  }

  /** Never rejects: a thread that died or did not answer is a problem of what was asked. */
  ask(question: Question): Promise<Answer> {
    const answer = this.#last.then(() => this.#askNow(question))
    this.#last = answer
    return answer
  }

  /** Ends the thread once what was asked so far is answered; the next question starts a new one. */
  rest(): Promise<void> {
    const ended = this.#last.then(() => this.#end())
    this.#last = ended
    return ended
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#open?.settle({ kind: 'problem', message: 'The catalog was closed.' })
    await this.#end()
  }

  async #end(): Promise<void> {
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #askNow(question: Question): Promise<Answer> {
    if (this.#closed) return Promise.resolve({ kind: 'problem', message: 'The catalog was closed.' })
    const { promise, resolve } = Promise.withResolvers<Answer>()
    const worker = (this.#worker ??= this.#start())
    const endWatch = limitLoading(worker, this.#timeoutMs, (afterMs) => {
      settle({ kind: 'problem', late: true, message: `It was not done loading after ${afterMs / 1000} s.` })
      void this.#end()
    })
    const settle = (answer: Answer): void => {
      endWatch()
      this.#open = undefined
      worker.unref()
      resolve(answer)
    }
    this.#open = { settle }
    worker.ref()
    worker.postMessage({ ...question, id: 0 })
    return promise
  }

  #start(): Worker {
    // What a job file prints on import must not get between the lines of a command's own output.
    const worker = new Worker(this.#entry, { stdout: true, env: childEnvironment() })
    worker.stdout.resume()
    worker.on('message', (answer: CatalogAnswer) => {
      if (this.#worker === worker) this.#open?.settle(answer)
    })
    const failed = (message: string): void => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#open?.settle({ kind: 'problem', message })
    }
    worker.on('error', (error: unknown) => failed(error instanceof Error ? error.message : String(error)))
    worker.on('exit', (code) => failed(`It ended its thread with exit code ${code} while it was loaded.`))
    return worker
  }
}
