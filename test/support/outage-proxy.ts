import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { freePort } from './redis.ts'

/** Which way nothing comes through any more. */
export type Silence = 'to the server' | 'to the client' | 'both ways'

export interface OutageProxy {
  readonly port: number
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>
  restore(): Promise<void>
  /**
   * Takes connections from now on and holds back their bytes, without closing anything, until `restore`. As on a real
   * way nothing in the middle of a connection is ever missing: what was held back comes late, or its connection ends.
   */
  freeze(silence?: Silence): void
  stop(): Promise<void>
}

/** A loopback port that leads to a server, and can be taken away from those who use it. */
export async function startOutageProxy(target: () => NetConnectOpts): Promise<OutageProxy> {
  const port = await freePort()
  /** And which way the bytes go that are read from it. */
  const sockets = new Map<Socket, Silence>()
  let frozen: Silence | undefined
  let server: Server | undefined

  function passes(way: Silence): boolean {
    return frozen === undefined || (frozen !== 'both ways' && frozen !== way)
  }

  /** A socket that is not read holds back what its other end sends. */
  function obey(socket: Socket, way: Silence): void {
    if (passes(way)) socket.resume()
    else socket.pause()
  }

  function hold(socket: Socket, way: Silence): void {
    sockets.set(socket, way)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }

  function obeyAll(): void {
    for (const [socket, way] of sockets) obey(socket, way)
  }

  function listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      server = createServer((near) => {
        const far = connect(target())
        hold(near, 'to the server')
        hold(far, 'to the client')
        near.on('data', (chunk) => far.write(chunk))
        far.on('data', (chunk) => near.write(chunk))
        obeyAll()
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
    for (const socket of sockets.keys()) socket.destroy()
    return new Promise((resolve) => (closing === undefined ? resolve() : closing.close(() => resolve())))
  }

  await listen()
  return {
    port,
    cut,
    async restore() {
      frozen = undefined
      obeyAll()
      if (server === undefined) await listen()
    },
    freeze(silence = 'both ways') {
      frozen = silence
      obeyAll()
    },
    stop: cut,
  }
}
