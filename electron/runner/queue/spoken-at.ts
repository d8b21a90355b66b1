import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** What a port speaks. */
export type Speech = 'plain' | 'tls' | 'unknown'

/** Any Redis answers this with a line: PONG, or that it wants a password first. */
const ping = 'PING\r\n'

function settle(socket: Socket, ms: number, listen: (yes: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (answer: boolean): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    const timer = setTimeout(() => done(false), ms)
    socket.on('error', () => done(false))
    socket.on('close', () => done(false))
    listen(() => done(true))
  })
}

function speaksPlain(host: string, port: number, ms: number): Promise<boolean> {
  const socket = connect({ host, port })
  return settle(socket, ms, (yes) => {
    socket.on('connect', () => socket.write(ping))
    socket.on('data', (chunk) => {
      if (/^[+-]/.test(chunk.toString('latin1'))) yes()
    })
  })
}

/** A handshake that came to its end says it, whatever is thought of the certificates. */
function speaksTls(host: string, port: number, ms: number): Promise<boolean> {
  const socket = connectTls({ host, port, rejectUnauthorized: false })
  return settle(socket, ms, (yes) => socket.on('secureConnect', yes))
}

/**
 * Redis and a client of which only one speaks TLS say nothing to each other, and end with a time-out or a
 * closed connection. Asks the port in the other way, to be able to say so.
 */
export async function spokenAt(host: string, port: number, ms: number): Promise<Speech> {
  if (await speaksPlain(host, port, ms)) return 'plain'
  return (await speaksTls(host, port, ms)) ? 'tls' : 'unknown'
}
