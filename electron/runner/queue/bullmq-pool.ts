import type { PgPool, PgPoolClient } from 'bullmq'
import type { Pool } from 'pg'

/** A pool of `pg` as BullMQ uses one, its errors translated. */
export class BullmqPool implements PgPool {
  readonly #pool: Pool
  readonly #translate: (error: unknown) => unknown
  /** BullMQ reads here that the connections are kept alive. */
  readonly options: { keepAlive: boolean }

  constructor(pool: Pool, translate: (error: unknown) => unknown) {
    this.#pool = pool
    this.#translate = translate
    this.options = { keepAlive: pool.options.keepAlive ?? false }
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number | null }> {
    try {
      const { rows, rowCount } = await this.#pool.query(text, params === undefined ? undefined : [...params])
      return { rows: rows as R[], rowCount }
    } catch (error) {
      throw this.#translate(error)
    }
  }

  async connect(): Promise<PgPoolClient> {
    try {
      return (await this.#pool.connect()) as PgPoolClient
    } catch (error) {
      throw this.#translate(error)
    }
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  on(event: 'error', listener: (error: Error) => void): this
  on(event: 'connect', listener: (client: PgPoolClient) => void): this
  on(event: 'error' | 'connect', listener: ((error: Error) => void) | ((client: PgPoolClient) => void)): this {
    if (event === 'error') this.#pool.on('error', listener as (error: Error) => void)
    return this
  }

  removeAllListeners(event?: string): this {
    this.#pool.removeAllListeners(event)
    return this
  }
}
