import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net'
import { freePort } from '../support/redis.ts'

export interface OutageProxy {
  readonly port: number
  /** Breaks every connection and refuses new ones. */
  cut(): Promise<void>
  restore(): Promise<void>
  /** Takes connections and answers nothing from now on, until `restore`. */
  freeze(): void
  stop(): Promise<void>
}

/** A loopback port that leads to a server, and can be taken away from those who use it. */
export async function startOutageProxy(target: () => NetConnectOpts): Promise<OutageProxy> {
  const port = await freePort()
  const sockets = new Set<Socket>()
  let frozen = false
  let server: Server | undefined

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
        near.on('data', (chunk) => frozen || far.write(chunk))
        far.on('data', (chunk) => frozen || near.write(chunk))
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
      frozen = false
      if (server === undefined) await listen()
    },
    freeze() {
      frozen = true
    },
    stop: cut,
  }
}
