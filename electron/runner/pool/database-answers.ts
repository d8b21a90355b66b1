import type { FromThread, ToThread } from '../../../workers/protocol.ts'

/** What a job's `services.db` is served by: the history's one database client. */
export interface DatabaseAccess {
  queryRaw(sql: string, values: unknown[]): Promise<unknown[]>
  executeRaw(sql: string, values: unknown[]): Promise<number>
}

function isDecimal(value: object): value is { toFixed(): string; toString(): string } {
  return typeof (value as { toFixed?: unknown }).toFixed === 'function'
}

/** Decimals of the database client are objects with methods, which cannot cross to a thread: exact text can. */
function transferable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(transferable)
  if (value instanceof Date || ArrayBuffer.isView(value)) return value
  if (isDecimal(value)) return value.toString()
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, transferable(item)]))
}

function errorOf(thrown: unknown): { name: string; message: string; code?: string } {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) }
  const { code } = thrown as { code?: unknown }
  return { name: thrown.name, message: thrown.message, ...(typeof code === 'string' ? { code } : {}) }
}

/** Serves one database call of a thread. Never rejects: errors go back to the job with their code. */
export async function answerDatabaseCall(
  database: DatabaseAccess,
  { id, method, sql, values }: Extract<FromThread, { kind: 'db' }>,
  post: (message: ToThread) => void,
): Promise<void> {
  try {
    const value = await database[method](sql, values)
    post({ kind: 'db', id, value: transferable(value) })
  } catch (thrown) {
    post({ kind: 'db', id, error: errorOf(thrown) })
  }
}
