import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { TorilError } from '../../../contract/errors.ts'
import { planHops, type Hop } from './hops.ts'
import { connectTo, type SshConnection } from './ssh-connection.ts'
import type { HostPort } from '../../../contract/connection-profile.ts'
import type { TunnelConfig } from './tunnel-config.ts'
import { forwardRefused } from './tunnel-errors.ts'

/** The connections to all servers on the way. */
export interface SshChain {
  /** Opens a way from the last server to the target. Rejects with TorilError UNAVAILABLE saying why not. */
  open(target: HostPort): Promise<Duplex>
  /** Resolves with one sentence when any of the connections is gone. */
  readonly lost: Promise<string>
  close(): Promise<void>
}

function openChannel(client: Client, hop: Hop, target: HostPort): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    try {
      client.forwardOut('127.0.0.1', 0, target.host, target.port, (error, channel) => {
        if (error) reject(forwardRefused(hop, target, error))
        else resolve(channel)
      })
    } catch (error) {
      reject(forwardRefused(hop, target, error))
    }
  })
}

interface Link extends SshConnection {
  hop: Hop
  ended: Promise<void>
}

/** How long a server has to answer the goodbye. */
const goodbyeMs = 1_000

async function closeLinks(links: Link[]): Promise<void> {
  // The last one first: it still has to say goodbye through the others.
  for (const { client, socket, ended } of links.toReversed()) {
    client.end()
    let timer: NodeJS.Timeout | undefined
    // What goes through a server that is gone says nothing when it ends.
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, goodbyeMs)))
    await Promise.race([ended, late])
    clearTimeout(timer)
    socket.destroy()
  }
}

/** Connects to one server after the other. Rejects with TorilError UNAVAILABLE, and leaves nothing open then. */
export async function connectChain(config: TunnelConfig): Promise<SshChain> {
  const links: Link[] = []
  let reason = ''
  let end: (sentence: string) => void = () => undefined
  const lost = new Promise<string>((resolve) => (end = resolve))
  try {
    for (const hop of await planHops(config)) {
      const before = links.at(-1)
      const { client, socket } = await connectTo(hop, config, before?.hop, async () =>
        before === undefined ? undefined : openChannel(before.client, before.hop, hop),
      )
      client.on('error', (error: Error) => (reason = error.message))
      client.on('close', () =>
        end(`The connection to the SSH server ${hop.title} ended${reason === '' ? '' : ` (${reason})`}.`),
      )
      const ended = new Promise<void>((resolve) => client.on('close', () => resolve()))
      links.push({ hop, client, socket, ended })
    }
  } catch (error) {
    await closeLinks(links)
    throw error
  }
  const last = links.at(-1)
  if (last === undefined) throw new TorilError('INTERNAL', 'The tunnel has no server to go through.')
  return {
    open: (target) => openChannel(last.client, last.hop, target),
    lost,
    close: () => closeLinks(links),
  }
}
