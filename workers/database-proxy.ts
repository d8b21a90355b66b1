import { rebuildError, unpackAnswer } from './database/answer.ts'
import { createJobDatabase, type SendRequest } from './database/job-database.ts'
import { pack } from './database/wire.ts'
import type { JobDatabase } from './database/types.ts'
import type { DatabaseAnswer, FromThread, ToThread } from './protocol.ts'

/** The attempt that is asking: `seq` undefined for what lives longer than an attempt. */
export interface Asker {
  seq: number | undefined
  ended: boolean
}

export interface DatabaseProxy {
  database: JobDatabase
  /** Takes an answer of the runner. */
  settle(answer: Extract<ToThread, { kind: 'db' }>): void
  /** The attempt has ended: nobody waits for its calls any more. */
  forget(seq: number): void
}

/** Requests of one thread at the runner; the others wait here, in the memory of the job that makes them. */
const maxInFlight = 32

interface Open {
  seq: number | undefined
  message: Extract<FromThread, { kind: 'db' }>
  resolve: (answer: DatabaseAnswer) => void
}

/** `services.db` of a thread: each call goes to the one client in the runner, which answers it. */
export function createDatabaseProxy(post: (message: FromThread) => void, askerNow: () => Asker): DatabaseProxy {
  const inFlight = new Map<number, Open>()
  let waiting: Open[] = []
  let lastId = 0

  function sendNext(): void {
    while (inFlight.size < maxInFlight) {
      const next = waiting.shift()
      if (next === undefined) return
      inFlight.set(next.message.id, next)
      post(next.message)
    }
  }

  const send: SendRequest = async (request, called) => {
    const { seq, ended } = askerNow()
    if (ended) throw Object.assign(new Error('The attempt has ended.'), { code: 'ATTEMPT_ENDED' })
    const id = ++lastId
    const message: Open['message'] = { kind: 'db', id, request: pack(request) }
    if (seq !== undefined) message.seq = seq
    const answer = await new Promise<DatabaseAnswer>((resolve) => {
      waiting.push({ seq, message, resolve })
      sendNext()
    })
    if ('error' in answer) throw rebuildError(answer.error, called)
    return unpackAnswer(answer)
  }

  return {
    database: createJobDatabase(send),
    settle({ id, answer }) {
      const open = inFlight.get(id)
      if (open === undefined) return
      inFlight.delete(id)
      open.resolve(answer)
      sendNext()
    },
    forget(seq) {
      if (waiting.length > 0) waiting = waiting.filter((open) => open.seq !== seq)
      for (const [id, open] of inFlight) if (open.seq === seq) inFlight.delete(id)
    },
  }
}
