import { connect as connectPlain, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { isLoopback, type HostPort, type TlsPart } from '../../../contract/connection-profile.ts'
import { counted } from '../../counted.ts'
import { Refusal } from '../../queue/server-refusal.ts'
import { spokenAt } from '../../queue/spoken-at.ts'
import { stepMs, type Found } from './check.ts'

/** Shorter than a step: afterwards the port is asked whether it speaks TLS at all. */
const handshakeMs = 5_000

/** A certificate with fewer days left is warned of. */
const soonDays = 21

interface Spoken {
  protocol: string
  name: string
  daysLeft: number
  until: string
}

function read(socket: TLSSocket): Spoken {
  const certificate = socket.getPeerCertificate()
  const until = new Date(certificate.valid_to)
  const common: unknown = certificate.subject?.CN
  const [first = ''] = (certificate.subjectaltname ?? '').split(', ').map((name) => name.replace(/^[^:]*:/, ''))
  return {
    protocol: (socket.getProtocol() ?? 'TLS').replace('TLSv', 'TLS '),
    name: first === '' && typeof common === 'string' ? common : first,
    daysLeft: Math.floor((until.getTime() - Date.now()) / 86_400_000),
    until: Number.isNaN(until.getTime()) ? '' : until.toISOString().slice(0, 10),
  }
}

/**
 * Speaks TLS with the port. `greeting` is sent afterwards: only its answer tells that a server took the client's
 * certificate, for in TLS 1.3 it refuses after the handshake.
 */
function shakeHands(options: ConnectionOptions, greeting: string | undefined): Promise<Spoken> {
  return new Promise((resolve, reject) => {
    const socket = connect(options)
    const timer = setTimeout(() => end(new Error('timed out')), handshakeMs)
    let spoken: Spoken | undefined
    const end = (error?: Error): void => {
      clearTimeout(timer)
      socket.destroy()
      if (error === undefined && spoken !== undefined) resolve(spoken)
      else reject(error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
    }
    socket.on('secureConnect', () => {
      spoken = read(socket)
      if (greeting === undefined) end()
      else socket.write(greeting)
    })
    socket.on('data', () => end())
    socket.on('error', end)
    socket.on('close', () => end(new Error('Connection is closed.')))
  })
}

function judged(place: string, tls: TlsPart, { protocol, name, daysLeft, until }: Spoken): Found {
  const detail = `${protocol}, ${name === '' ? 'certificate' : name}, valid for ${counted(daysLeft, 'day')}`
  if (!tls.verify) {
    const warning = `The certificate of ${place} is not verified: whoever sits in between can read and change everything. Switch verification on, with the CA certificate of the server.`
    return { detail, warning }
  }
  if (daysLeft >= soonDays) return { detail }
  return { detail, warning: `The certificate of ${place} expires on ${until}. Renew it.` }
}

/** TLS with a Redis or a sentinel at `reached`, which is `shown` to people. */
export async function tlsWithRedis(
  reached: HostPort,
  shown: string,
  tls: TlsPart,
  options: ConnectionOptions,
): Promise<Found> {
  try {
    return judged(shown, tls, await shakeHands({ ...options, ...reached }, 'PING\r\n'))
  } catch (error) {
    if ((await spokenAt(reached.host, reached.port, 1_000)) === 'plain') throw new Refusal('plain-port')
    throw error
  }
}

/** Without TLS: whether the port speaks as the profile says, and whether what is sent can be read on the way. */
export async function plainWithRedis(reached: HostPort, host: string, tunnelled: boolean): Promise<Found> {
  if ((await spokenAt(reached.host, reached.port, 1_000)) === 'tls') throw new Refusal('tls-port')
  return unencrypted(host, tunnelled)
}

export function unencrypted(host: string, tunnelled: boolean): Found {
  if (tunnelled) return { detail: 'off, inside the tunnel' }
  if (isLoopback(host)) return { detail: 'off, this computer' }
  const warning = `What is sent to ${host} can be read on the way, passwords too. Switch on TLS, or use a tunnel.`
  return { detail: 'off', warning }
}

/** SSLRequest of the frontend protocol: length 8, code 80877103. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])

/** The byte with which PostgreSQL answers: S for TLS, N for none. */
function askForTls(place: HostPort): Promise<{ answer: string; socket: Duplex }> {
  return new Promise((resolve, reject) => {
    const socket = connectPlain({ ...place, timeout: stepMs })
    socket.once('connect', () => socket.write(sslRequest))
    socket.once('timeout', () => socket.destroy(new Error('timed out')))
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed by the server')))
    socket.once('data', (data) => {
      socket.removeAllListeners('close')
      resolve({ answer: data.toString('latin1', 0, 1), socket })
    })
  })
}

export async function tlsWithPostgres(
  reached: HostPort,
  shown: string,
  tls: TlsPart,
  options: ConnectionOptions,
): Promise<Found> {
  const { answer, socket } = await askForTls(reached)
  if (answer !== 'S') {
    socket.destroy()
    throw new Error('it does not speak TLS. Turn TLS off in the profile, or on at the server')
  }
  const name = options.servername ?? reached.host
  const given = isIP(name) === 0 ? { servername: name } : {}
  return judged(shown, tls, await shakeHands({ ...options, ...given, host: reached.host, socket }, undefined))
}
