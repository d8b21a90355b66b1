import { createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TorilError } from '../../../contract/errors.ts'
import type { HostPort } from '../../../contract/connection-profile.ts'

/** A loopback port that leads to one target. */
export interface Forwarder {
  readonly address: HostPort
  /** Absent for one in reserve, which takes nobody. */
  target: HostPort | undefined
  /** Cuts what goes through it; new connections are taken. */
  cut(): void
  close(): Promise<void>
}

function join(socket: Socket, channel: Duplex): void {
  // What one side has said is carried to its end; a side that broke takes the other with it.
  socket.on('error', () => channel.destroy())
  channel.on('error', () => socket.destroy())
  socket.on('close', () => channel.destroy())
  channel.on('close', () => socket.destroy())
  socket.pipe(channel)
  channel.pipe(socket)
}

/**
 * Listens on a free port of 127.0.0.1 and carries each connection to the target, through what `open` gives.
 * Where that fails, the client's connection is ended at once, so that it can try again in its own way.
 */
export async function listenOnLoopback(open: (target: HostPort) => Promise<Duplex>): Promise<Forwarder> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => undefined)
    const { target } = forwarder
    if (target === undefined) return void socket.destroy()
    open(target).then(
      (channel) => {
        if (socket.destroyed) channel.destroy()
        else join(socket, channel)
      },
      // The reason is told by whoever gave `open`.
      () => socket.destroy(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TorilError('INTERNAL', 'The tunnel has no port.')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  const forwarder: Forwarder = {
    address: { host: '127.0.0.1', port: address.port },
    target: undefined,
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        cut()
      }),
  }
  return forwarder
}
