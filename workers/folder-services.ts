import type { JobServices } from './context.ts'
import type { ServicesFactory } from './define-services.ts'
import { coerceThrown } from './job-error.ts'
import { loadServices } from './load-job.ts'
import type { ServicesSource } from './protocol.ts'

/** Longest that a jobs folder's services may take to be made, and to be disposed of. */
const createLimitMs = 30_000
const disposeLimitMs = 5_000

/** What one attempt holds: `release` when it has ended. */
export interface ServicesLease {
  readonly services: JobServices
  release(): void
}

interface Built {
  source: ServicesSource
  made: Promise<ServicesLease['services']>
  ready: JobServices | undefined
  dispose: (() => unknown) | undefined
  users: number
  /** Newer ones have taken its place: it goes with its last user. */
  retired: boolean
}

export interface FolderServicesOptions {
  /** `db` and `resultsDir`: what every job has. */
  base: JobServices
  /** Runs code of the services outside of any attempt. */
  apart<Value>(work: () => Value): Value
  /** Told when there is something to dispose of. */
  onBuilt?: () => void
  /** Told in one sentence what went wrong where nobody waits. */
  onProblem: (message: string) => void
}

function within<Value>(work: Promise<Value>, limitMs: number, what: string): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`${what} was not done after ${limitMs / 1000} s.`)), limitMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}

/** Services that could not be built: only a job that reaches for one of them fails, and is told why. */
function broken(base: JobServices, why: string): JobServices {
  return new Proxy(base, {
    get(target, name) {
      if (typeof name === 'symbol' || name in target || name === 'then' || name === 'toJSON') {
        return Reflect.get(target, name) as unknown
      }
      const message = `ctx.services.${name} is not there: the services of the jobs folder could not be built. ${why}`
      throw Object.assign(new Error(message), { code: 'SERVICES_NOT_BUILT' })
    },
  })
}

function combine(base: JobServices, made: unknown): JobServices {
  const prototype: unknown = typeof made === 'object' && made !== null ? Object.getPrototypeOf(made) : undefined
  if (prototype !== Object.prototype && prototype !== null) throw new Error('It must give a plain object of services.')
  const taken = Object.keys(made as object).find((name) => name in base)
  if (taken !== undefined) throw new Error(`It gives ${taken}, which every job has already. Call it something else.`)
  return { ...base, ...(made as object) }
}

/**
 * The services that a jobs folder brings along, built once where the jobs run: in each thread, and once in
 * the runner for jobs that run inline. Built before the first job that may use them, built anew for the
 * next attempt after their file has changed, disposed of when the last attempt that uses them has ended.
 */
export class FolderServices {
  readonly #options: FolderServicesOptions
  readonly #leaving = new Set<Promise<void>>()
  #current: Built | undefined

  constructor(options: FolderServicesOptions) {
    this.#options = options
  }

  /** Answers at once when they are there already. Never rejects. */
  acquire(source: ServicesSource): ServicesLease | Promise<ServicesLease> {
    const { base } = this.#options
    if ('broken' in source) return { services: broken(base, source.broken), release: () => {} }
    const current = this.#current
    if (current?.source !== undefined && 'url' in current.source && current.source.url === source.url) {
      return this.#lease(current)
    }
    if (current !== undefined) this.#retire(current)
    const built = this.#build(source)
    this.#current = built
    return this.#lease(built)
  }

  /** Disposes of what there is; bounded. What attempts still use goes too. */
  async close(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    if (current !== undefined) {
      current.users = 0
      this.#retire(current)
    }
    await Promise.all(this.#leaving)
  }

  #lease(built: Built): ServicesLease | Promise<ServicesLease> {
    built.users += 1
    let held = true
    const release = (): void => {
      if (!held) return
      held = false
      built.users -= 1
      if (built.retired && built.users === 0) this.#dispose(built)
    }
    if (built.ready !== undefined) return { services: built.ready, release }
    return built.made.then(
      (services) => ({ services, release }),
      (thrown: unknown) => {
        const why = coerceThrown(thrown, '').message
        return { services: broken(this.#options.base, why), release }
      },
    )
  }

  #build(source: { url: string }): Built {
    const { base, apart, onBuilt } = this.#options
    const create = async (): Promise<JobServices> => {
      const factory: ServicesFactory = await loadServices(source.url)
      const given: unknown = typeof factory === 'function' ? factory(base) : factory.create(base)
      const made = await (given as Promise<unknown>)
      const services = combine(base, made)
      if (typeof factory !== 'function' && factory.dispose !== undefined) {
        built.dispose = () => factory.dispose?.(made as object)
      }
      built.ready = services
      onBuilt?.()
      // Came too late for everybody.
      if (built.retired && built.users === 0) this.#dispose(built)
      return services
    }
    const built: Built = {
      source,
      made: Promise.reject(new Error()),
      ready: undefined,
      dispose: undefined,
      users: 0,
      retired: false,
    }
    built.made.catch(() => {})
    built.made = within(apart(create), createLimitMs, 'create')
    // Tried again with the next attempt: what it needs may be there by then.
    built.made.catch(() => {
      if (this.#current === built) this.#current = undefined
      built.retired = true
    })
    return built
  }

  #retire(built: Built): void {
    built.retired = true
    if (built.users === 0) this.#dispose(built)
  }

  #dispose({ dispose }: Built): void {
    if (dispose === undefined) return
    const { apart, onProblem } = this.#options
    const gone = within(
      apart(async () => void (await dispose())),
      disposeLimitMs,
      'dispose',
    ).catch((thrown: unknown) =>
      onProblem(`The services of the jobs folder could not be disposed of: ${coerceThrown(thrown, '').message}`),
    )
    this.#leaving.add(gone)
    void gone.finally(() => this.#leaving.delete(gone))
  }
}
