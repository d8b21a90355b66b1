import type * as z from 'zod'
import { runnerSchema, type Runner } from '../../contract/runner.ts'
import type { Json } from '../../contract/json.ts'
import type { Presence } from '../queue/presence.ts'

const refreshMs = 5_000
const recordSchema = runnerSchema.omit({ self: true, lastSeenAt: true })
export type RunnerRecord = z.infer<typeof recordSchema>

export interface LiveRunners {
  /** Does another live runner know this type? From the last look, at most some seconds old. */
  knows(type: string): boolean
  /** Looks again, then answers. */
  knowsNow(type: string): Promise<boolean>
  /** Looks again, then answers; rejects UNAVAILABLE while the server is away. */
  list(): Promise<Runner[]>
  /** This runner as it is, and the others as they were at the last look. */
  lastSeen(): Runner[]
  /** Called after a regular look: a runner may have come, gone or changed. */
  onLook(listener: () => void): () => void
  /** Tells the others about this runner. Fails silently into the connection's own report. */
  publish(): Promise<void>
  close(): Promise<void>
}

/** Who else consumes this queue: each runner publishes itself and reads the others. */
export function createLiveRunners(presence: Presence, ownId: string, ownRecord: () => RunnerRecord): LiveRunners {
  let others: Runner[] = []
  const listeners = new Set<() => void>()

  async function refresh(): Promise<void> {
    const seen = await presence.list()
    others = seen.flatMap(({ id, record, lastSeenAt }) => {
      // Another version may publish other fields; one that cannot be read is left out.
      const parsed = recordSchema.safeParse(record)
      if (id === ownId || !parsed.success) return []
      return [{ ...parsed.data, self: false, lastSeenAt: new Date(lastSeenAt).toISOString() }]
    })
  }

  async function publish(): Promise<void> {
    await presence.publish(ownRecord() as unknown as Json)
  }

  async function look(): Promise<void> {
    await Promise.all([publish(), refresh()])
    for (const listener of listeners) listener()
  }

  function lastSeen(): Runner[] {
    return [{ ...ownRecord(), self: true, lastSeenAt: new Date().toISOString() }, ...others]
  }

  // While the server is away the queue's connection says so; presence is simply tried again.
  const timer = setInterval(() => void look().catch(() => undefined), refreshMs)
  timer.unref()

  const knows = (type: string): boolean => others.some((runner) => runner.jobTypes.includes(type))
  return {
    knows,
    async knowsNow(type) {
      await refresh()
      return knows(type)
    },
    async list() {
      await refresh()
      return lastSeen()
    },
    lastSeen,
    onLook(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    publish,
    async close() {
      clearInterval(timer)
      await presence.close()
    },
  }
}
