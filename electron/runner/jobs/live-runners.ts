import * as z from 'zod'
import { runnerSchema, type Runner } from '../../contract/runner.ts'
import type { Json } from '../../contract/json.ts'
import { unlessAway } from '../outage.ts'
import type { Presence } from '../queue/presence.ts'

const refreshMs = 5_000
/** A difference of clocks below this is the way of the message. */
const skewMs = 50

const recordSchema = runnerSchema.omit({ self: true, lastSeenAt: true, clockSkewMs: true }).extend({
  // Older versions do not say these.
  state: runnerSchema.shape.state.default('taking'),
  /** Its clock when it said this, epoch ms. */
  clock: z.number().optional(),
})
export type RunnerRecord = Omit<z.infer<typeof recordSchema>, 'clock'>

export interface LiveRunners {
  /** Does another live runner know this type? From the last look, at most some seconds old. */
  knows(type: string): boolean
  /** Looks again, then answers. */
  knowsNow(type: string): Promise<boolean>
  /** Looks again, then answers; rejects UNAVAILABLE while the server is away. */
  list(): Promise<Runner[]>
  /** This runner as it is, and the others as they were at the last look. */
  lastSeen(): Runner[]
  /** Called after a look, and when another runner told something of itself: one may have come, gone or changed. */
  onLook(listener: () => void): () => void
  /** Another runner has said that it came, changed or goes. */
  lookAgain(): void
  /** Another runner has just said how busy it is. */
  heard(id: string, load: Pick<Runner, 'active' | 'busyThreads' | 'threads'>): void
  /** Tells the others about this runner. Rejects UNAVAILABLE while the server is away; the next turn says the same. */
  publish(): Promise<void>
  /** Called when this runner has said something new of itself. */
  onPublished(listener: () => void): void
  close(): Promise<void>
}

/** Who else consumes this queue: each runner publishes itself and reads the others. */
export function createLiveRunners(
  presence: Presence,
  ownId: string,
  ownRecord: () => RunnerRecord,
  onProblem: (message: string) => void,
): LiveRunners {
  let others: Runner[] = []
  const listeners = new Set<() => void>()
  const published = new Set<() => void>()

  async function refresh(): Promise<void> {
    const seen = await presence.list()
    others = seen.flatMap(({ id, record, lastSeenAt }) => {
      // Another version may publish other fields; one that cannot be read is left out.
      const parsed = recordSchema.safeParse(record)
      if (id === ownId || !parsed.success) return []
      const { clock, ...told } = parsed.data
      const skew = clock === undefined ? undefined : Math.round(clock - lastSeenAt)
      const clockSkewMs = skew === undefined ? {} : { clockSkewMs: Math.abs(skew) < skewMs ? 0 : skew }
      return [{ ...told, self: false, lastSeenAt: new Date(lastSeenAt).toISOString(), ...clockSkewMs }]
    })
    for (const listener of listeners) listener()
  }

  async function publish(): Promise<void> {
    await presence.publish(() => ({ ...ownRecord(), clock: Date.now() }) as unknown as Json)
    for (const listener of published) listener()
  }

  function lastSeen(): Runner[] {
    return [{ ...ownRecord(), self: true, lastSeenAt: new Date().toISOString() }, ...others]
  }

  // While the server is away the queue's connection says so; presence is simply tried again.
  const failed = unlessAway(onProblem, 'The other runners could not be seen')
  const timer = setInterval(() => void refresh().catch(failed), refreshMs)
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
    lookAgain: () => void refresh().catch(failed),
    heard(id, load) {
      const index = others.findIndex((runner) => runner.id === id)
      const known = others[index]
      // Told by one that this runner has not seen yet: it is there, so look.
      if (known === undefined) return void refresh().catch(failed)
      others[index] = { ...known, ...load, lastSeenAt: new Date().toISOString() }
      for (const listener of listeners) listener()
    },
    publish,
    onPublished: (listener) => void published.add(listener),
    async close() {
      clearInterval(timer)
      await presence.close()
    },
  }
}
