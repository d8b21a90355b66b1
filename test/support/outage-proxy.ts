import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { freePort } from './redis.ts'

/** Which way nothing comes through any more. */
export type Silence = 'to the server' | 'to the client' | 'both ways'

export interface OutageProxy {
  readonly port: number
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>
  restore(): Promise<void>
  /** Takes connections and bytes from now on and lets them vanish, without closing anything, until `restore`. */
  freeze(silence?: Silence): void
  stop(): Promise<void>
}

/** A loopback port that leads to a server, and can be taken away from those who use it. */
export async function startOutageProxy(target: () => NetConnectOpts): Promise<OutageProxy> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let frozen: Silence | undefined
  let server: Server | undefined

  function passes(way: Silence): boolean {
    return frozen === undefined || (frozen !== 'both ways' && frozen !== way)
  }

  function hold(socket: Socket): void {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }

  function listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      server = createServer((near) => {
        const far = connect(target())
        hold(near)
        hold(far)
        near.on('data', (chunk) => passes('to the server') && far.write(chunk))
        far.on('data', (chunk) => passes('to the client') && near.write(chunk))
        near.on('close', () => far.destroy())
        far.on('close', () => near.destroy())
      })
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve())
    })
  }

  function cut(): Promise<void> {
    const closing = server
    server = undefined
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => (closing === undefined ? resolve() : closing.close(() => resolve())))
  }

  await listen()
  return {
    port,
    cut,
    async restore() {
      frozen = undefined
      if (server === undefined) await listen()
    },
    freeze(silence = 'both ways') {
      frozen = silence
    },
    stop: cut,
  }
}
