import type { Duplex } from 'node:stream'
import { listenOnLoopback, type Forwarder } from './forwarder.ts'
import type { HostPort } from '../../../contract/connection-profile.ts'

/**
 * Ports kept ready for addresses that are only learnt inside a synchronous call of ioredis: more than a
 * refresh of any usual cluster brings at once.
 */
const inReserve = 32

/** All loopback ports of a tunnel: one for each target, the same for as long as the tunnel lives. */
export interface Forwarders {
  to(target: HostPort): Promise<HostPort>
  /** Fills the reserve, so that `atOnce` can answer. */
  prepare(): Promise<void>
  /** As `to`, but now. With an empty reserve it is a port that takes nobody yet; asking again later helps. */
  atOnce(target: HostPort): HostPort
  cut(): void
  close(): Promise<void>
}

const keyOf = ({ host, port }: HostPort): string => `${host.toLowerCase()}:${port}`

export function createForwarders(open: (target: HostPort) => Promise<Duplex>): Forwarders {
  const byTarget = new Map<string, Promise<Forwarder>>()
  const ready = new Map<string, Forwarder>()
  const reserve: Forwarder[] = []
  const all = new Set<Forwarder>()
  let refill: Promise<void> = Promise.resolve()
  let closed = false

  async function listen(): Promise<Forwarder> {
    const forwarder = await listenOnLoopback(open)
    all.add(forwarder)
    if (closed) await forwarder.close()
    return forwarder
  }

  async function fill(): Promise<void> {
    while (!closed && reserve.length < inReserve) reserve.push(await listen())
  }

  function assign(forwarder: Forwarder, target: HostPort): Forwarder {
    forwarder.target = { host: target.host, port: target.port }
    ready.set(keyOf(target), forwarder)
    return forwarder
  }

  function find(target: HostPort): Promise<Forwarder> {
    const key = keyOf(target)
    let found = byTarget.get(key)
    if (found === undefined) {
      found = listen().then((forwarder) => assign(forwarder, target))
      byTarget.set(key, found)
      found.catch(() => byTarget.delete(key))
    }
    return found
  }

  /** Never more than one at a time; a port that cannot be had now is tried again with the next question. */
  function refillSoon(): void {
    refill = refill.then(fill).catch(() => undefined)
  }

  return {
    to: async (target) => ({ ...(await find(target)).address }),
    prepare: () => {
      const filled = refill.then(fill)
      refill = filled.catch(() => undefined)
      return filled
    },
    atOnce(target) {
      const known = ready.get(keyOf(target))
      if (known !== undefined) return { ...known.address }
      refillSoon()
      const spare = reserve.length > 1 && !byTarget.has(keyOf(target)) ? reserve.shift() : undefined
      if (spare === undefined) {
        void find(target).catch(() => undefined)
        // The last of the reserve has no target, so it takes nobody.
        return reserve[0] ? { ...reserve[0].address } : { host: '127.0.0.1', port: 1 }
      }
      byTarget.set(keyOf(target), Promise.resolve(assign(spare, target)))
      return { ...spare.address }
    },
    cut() {
      for (const forwarder of all) forwarder.cut()
    },
    async close() {
      closed = true
      await refill
      await Promise.all([...byTarget.values()].map((each) => each.catch(() => undefined)))
      await Promise.all([...all].map((forwarder) => forwarder.close()))
    },
  }
}
