import type { PgPool, PgPoolClient } from 'bullmq'
import type { Pool, PoolClient } from 'pg'

/** What pg's types leave out. */
type WithStream = PoolClient & { connection: { stream: { destroy(): void } } }

/** What is asked instead of a question of BullMQ, with its parameters. */
export type Rewrite = (text: string, params: readonly unknown[]) => [string, unknown[]]

/** A pool of `pg` as BullMQ uses one, its errors translated. */
export class BullmqPool implements PgPool {
  readonly #pool: Pool
  readonly #translate: (error: unknown) => unknown
  readonly #isAway: () => boolean
  readonly #rewrite: Rewrite | undefined
  readonly #clients = new Set<PoolClient>()
  /** BullMQ reads here that the connections are kept alive. */
  readonly options: { keepAlive: boolean }

  /** While `isAway`, nothing is asked: BullMQ would try to connect each second, with each of its loops. */
  constructor(
    pool: Pool,
    translate: (error: unknown) => unknown,
    isAway: () => boolean = () => false,
    rewrite?: Rewrite,
  ) {
    this.#pool = pool
    this.#translate = translate
    this.#isAway = isAway
    this.#rewrite = rewrite
    pool.on('connect', (client) => this.#clients.add(client))
    pool.on('remove', (client) => this.#clients.delete(client))
    this.options = { keepAlive: pool.options.keepAlive ?? false }
  }

  async query<R>(text: string, params?: readonly unknown[]): Promise<{ rows: R[]; rowCount: number | null }> {
    this.#check()
    try {
      const [asked, values] = this.#rewrite?.(text, params ?? []) ?? [text, params && [...params]]
      const { rows, rowCount } = await this.#pool.query(asked, values)
      return { rows: rows as R[], rowCount }
    } catch (error) {
      throw this.#translate(error)
    }
  }

  async connect(): Promise<PgPoolClient> {
    this.#check()
    try {
      return (await this.#pool.connect()) as PgPoolClient
    } catch (error) {
      throw this.#translate(error)
    }
  }

  /**
   * Ends every connection, also one that waits for an answer: that question rejects, and may be asked anew. As if the
   * server had: a farewell (`end`) would wait for one that is not there, and its client be used on.
   */
  breakAll(): void {
    for (const client of this.#clients) (client as WithStream).connection.stream.destroy()
  }

  #check(): void {
    if (this.#isAway()) throw this.#translate(new Error('Connection terminated: the server is known to be away'))
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
