import type { PgPool, PgPoolClient } from 'bullmq'
import type { Pool } from 'pg'
import { asOutageBullmqKnows } from './postgres-outage.ts'

/** A pool of `pg` as BullMQ uses one, with outages by the one name BullMQ knows. */
export class BullmqPool implements PgPool {
  readonly #pool: Pool
  /** BullMQ reads here that the connections are kept alive. */
  readonly options: { keepAlive: boolean }

  constructor(pool: Pool) {
    this.#pool = pool
    this.options = { keepAlive: pool.options.keepAlive ?? false }
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number | null }> {
    try {
      const { rows, rowCount } = await this.#pool.query(text, params === undefined ? undefined : [...params])
      return { rows: rows as R[], rowCount }
    } catch (error) {
      throw asOutageBullmqKnows(error)
    }
  }

  async connect(): Promise<PgPoolClient> {
    try {
      return (await this.#pool.connect()) as PgPoolClient
    } catch (error) {
      throw asOutageBullmqKnows(error)
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
