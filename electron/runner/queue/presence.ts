import type { Json } from '../../contract/json.ts'

/** A runner that lives, as it last said of itself. */
export interface PresentRunner {
  id: string
  record: Json
  /** Epoch ms, by the clock of the queue's server as seen from here. */
  lastSeenAt: number
}

/** Which runners work on this queue. Runners say so in turns; one that stops is forgotten soon after. */
export interface Presence {
  /**
   * Says what this runner is, now and with every turn from now on, asking `record` each time. Rejects
   * UNAVAILABLE; the turns go on anyway.
   */
  publish(record: () => Json): Promise<void>
  /** The runners heard of within the time to live, this one included once it has published. */
  list(): Promise<PresentRunner[]>
  /** Stops and takes the own record away, if the server can be reached. */
  close(): Promise<void>
}

/** Where the records are. */
export interface PresenceStore {
  put(id: string, record: Json): Promise<void>
  list(): Promise<PresentRunner[]>
  remove(id: string): Promise<void>
}

export interface PresenceParts {
  store: PresenceStore
  id: string
  beatMs: number
  /** Nothing is said of this runner, for whom the queue is read-only. */
  silent: boolean
  /** Runs a question with the queue's own guard against a server that is away. */
  ask<T>(question: () => Promise<T>): Promise<T>
}

export function createPresence({ store, id, beatMs, silent, ask }: PresenceParts): Presence {
  let latest: (() => Json) | undefined
  let timer: NodeJS.Timeout | undefined

  function beat(): void {
    const record = latest
    if (record === undefined) return
    // A missed turn is no problem of its own: the connection's state tells it, and the next turn follows.
    ask(() => store.put(id, record())).catch(() => undefined)
  }

  return {
    async publish(record) {
      if (silent) return
      latest = record
      if (timer === undefined) {
        timer = setInterval(beat, beatMs)
        timer.unref()
      }
      await ask(() => store.put(id, record()))
    },
    list: () => ask(() => store.list()),
    async close() {
      clearInterval(timer)
      timer = undefined
      if (latest === undefined) return
      latest = undefined
      await ask(() => store.remove(id)).catch(() => undefined)
    },
  }
}
