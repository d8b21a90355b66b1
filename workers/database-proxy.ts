import type { JobDatabase } from './context.ts'
import type { DatabaseMethod, FromThread, ToThread } from './protocol.ts'

export interface DatabaseProxy {
  database: JobDatabase
  /** Takes an answer of the runner. */
  settle(answer: Extract<ToThread, { kind: 'db' }>): void
}

/** `services.db` of a thread: each call goes to the one client in the runner, which answers it. */
export function createDatabaseProxy(post: (message: FromThread) => void): DatabaseProxy {
  const open = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  const call = (method: DatabaseMethod, sql: string, values: unknown[]): Promise<unknown> => {
    const id = ++lastId
    return new Promise<unknown>((resolve, reject) => {
      open.set(id, { resolve, reject })
      try {
        post({ kind: 'db', id, method, sql, values })
      } catch (error) {
        open.delete(id)
        reject(error instanceof Error ? error : new Error(String(error)))
      }
    })
  }
  return {
    database: {
      queryRaw: async <Row>(sql: string, ...values: unknown[]) => (await call('queryRaw', sql, values)) as Row[],
      executeRaw: async (sql, ...values) => (await call('executeRaw', sql, values)) as number,
    },
    settle({ id, value, error }) {
      const waiting = open.get(id)
      if (waiting === undefined) return
      open.delete(id)
      if (error === undefined) return waiting.resolve(value)
      const rebuilt = new Error(error.message)
      rebuilt.name = error.name
      waiting.reject(error.code === undefined ? rebuilt : Object.assign(rebuilt, { code: error.code }))
    },
  }
}
