import { setTimeout as delay } from 'node:timers/promises'
import type { Duplex } from 'node:stream'
import { TorilError } from '../../../contract/errors.ts'
import { createForwarders } from './forwarders.ts'
import { connectChain, type SshChain } from './ssh-chain.ts'
import type { HostPort } from '../../../contract/connection-profile.ts'
import type { TunnelConfig } from './tunnel-config.ts'
import { TunnelRefused } from './tunnel-errors.ts'

export interface TunnelState {
  up: boolean
  /** One sentence: why it is down and when the next try is, or why a target is not reached. */
  message?: string
}

/** A way through one or more SSH servers. */
export interface Tunnel {
  /** A loopback address that leads to `target` as seen from the far end of the tunnel; the same for the same target. */
  forward(target: HostPort): Promise<HostPort>
  /**
   * The same at once, for addresses that a server announces (ioredis asks for them synchronously).
   * Resolves when it can be asked.
   */
  announced(): Promise<(target: HostPort) => HostPort>
  /** Resolves when the far end of the tunnel reaches the target. Rejects with TorilError UNAVAILABLE: one sentence why not. */
  reach(target: HostPort): Promise<void>
  /** Why it does not stand now, or the target asked for last was not reached, as the end of a sentence. */
  trouble(): string | undefined
  /** Where it is down: does not wait for the next try. Resolves when that is over. */
  tryNow(): Promise<void>
  /** Told when the tunnel breaks, comes back, or a target behind it is not reached. Returns a function that stops listening. */
  onState(listener: (state: TunnelState) => void): () => void
  /** Ends the connections and gives the ports back; safe to call twice. */
  close(): Promise<void>
}

const firstRetryMs = 250
const longestRetryMs = 30_000
/** After a refused login or host key: a server may lock out who knocks too often. */
const refusedRetryMs = 30_000

/**
 * Connects, and from then on connects again by itself whenever the tunnel breaks. The loopback ports stay,
 * so clients only connect again. The first connection must be made: rejects with TorilError UNAVAILABLE,
 * one sentence that says what to change and holds no secret.
 */
export async function openTunnel(config: TunnelConfig): Promise<Tunnel> {
  let chain: SshChain | undefined = await connectChain(config)
  let why = ''
  const listeners = new Set<(state: TunnelState) => void>()
  const closing = new AbortController()
  /** What was last told about a target, so that a client that tries again and again is told of once. */
  const told = new Map<string, string>()
  /** Why the last target that was asked for was not reached. */
  let unreached: string | undefined
  let next: { now: AbortController; over: PromiseWithResolvers<void> } | undefined

  function tell(state: TunnelState): void {
    for (const listener of listeners) listener(state)
  }

  async function open(target: HostPort): Promise<Duplex> {
    const key = `${target.host}:${target.port}`
    try {
      if (chain === undefined) throw new TorilError('UNAVAILABLE', why)
      const channel = await chain.open(target)
      told.delete(key)
      unreached = undefined
      return channel
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      unreached = message
      // A tunnel that is down has said so itself.
      if (chain !== undefined && told.get(key) !== message) {
        told.set(key, message)
        tell({ up: true, message })
      }
      throw error
    }
  }

  const forwarders = createForwarders(open)

  async function reconnect(): Promise<SshChain | undefined> {
    for (let wait = firstRetryMs; !closing.signal.aborted; wait = Math.min(wait * 2, longestRetryMs)) {
      next?.over.resolve()
      next = { now: new AbortController(), over: Promise.withResolvers() }
      // Several runners behind one server must not come back in the same moment.
      const pause = wait * (0.5 + Math.random() / 2)
      const signal = AbortSignal.any([closing.signal, next.now.signal])
      await delay(pause, undefined, { signal }).catch(() => undefined)
      if (closing.signal.aborted) return undefined
      try {
        const found = await connectChain(config)
        if (!closing.signal.aborted) return found
        await found.close()
      } catch (error) {
        const before = why
        why = error instanceof Error ? error.message : String(error)
        if (error instanceof TunnelRefused) wait = Math.max(wait, refusedRetryMs / 2)
        // Said once: a server may be away for days.
        if (why === before) continue
        tell({
          up: false,
          message: `${why} The next try is in about ${Math.ceil(Math.min(wait * 2, longestRetryMs) / 1000)} s.`,
        })
      }
    }
    return undefined
  }

  async function supervise(): Promise<void> {
    while (chain !== undefined) {
      const current = chain
      why = await current.lost
      chain = undefined
      forwarders.cut()
      await current.close()
      if (closing.signal.aborted) return
      tell({ up: false, message: `${why} It is made again.` })
      chain = await reconnect()
      unreached = undefined
      if (chain !== undefined) tell({ up: true })
      next?.over.resolve()
      next = undefined
    }
  }

  const supervision = supervise()
  let closed: Promise<void> | undefined

  async function close(): Promise<void> {
    closing.abort()
    await forwarders.close()
    await chain?.close()
    await supervision
  }

  return {
    forward: (target) => forwarders.to(target),
    async announced() {
      await forwarders.prepare()
      return (target) => forwarders.atOnce(target)
    },
    async reach(target) {
      const channel = await open(target)
      channel.on('error', () => undefined)
      channel.destroy()
    },
    trouble() {
      const sentence = chain === undefined ? why : unreached
      return sentence?.replace(/^The /, 'the ').replace(/\.$/, '')
    },
    async tryNow() {
      next?.now.abort()
      await next?.over.promise
    },
    onState(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: () => (closed ??= close()),
  }
}
