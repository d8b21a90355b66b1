import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import ssh2, {
  type Algorithms,
  type AuthenticationType,
  type Client,
  type ConnectConfig,
  type ServerHostKeyAlgorithm,
} from 'ssh2'
import type { Hop } from './hops.ts'
import { fingerprintOf, judgeHostKey, keyTypeOf, knownKeysOf, rememberHostKey, type KnownKey } from './known-hosts.ts'
import { prepareLogin, type Login } from './login.ts'
import type { TunnelConfig, UnknownHostKey } from './tunnel-config.ts'
import { hostKeyRefused, hostKeyUnknown, loginRefused, unreachable } from './tunnel-errors.ts'

/** From the first packet to the end of the login. */
const readyWithinMs = 20_000

/** In ssh2's order, which is also the one for a server that is not known yet. */
const hostKeyKinds: ServerHostKeyAlgorithm[] = [
  ...(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'] as const),
  ...(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] as const),
]

/** A server has keys of several kinds: it is asked for one that is known, so that it can be recognised. */
function algorithmsFor(known: KnownKey[]): Algorithms {
  const kinds = new Set(known.filter((each) => !each.revoked).map((each) => each.keyType))
  const isKnown = (kind: string): boolean => kinds.has(kind.startsWith('rsa-') ? 'ssh-rsa' : kind)
  return { serverHostKey: [...hostKeyKinds.filter(isKnown), ...hostKeyKinds.filter((kind) => !isKnown(kind))] }
}

/** A login that succeeded. */
export interface SshConnection {
  client: Client
  /** What it goes over; ssh2 leaves one that is half closed open. */
  socket: Duplex
}

interface Attempt extends SshConnection {
  /** The key that was refused because nobody knows it. */
  unknownKey?: Buffer
}

function tryOnce(
  hop: Hop,
  config: TunnelConfig,
  login: Login,
  known: KnownKey[],
  through: Duplex | undefined,
  via: Hop | undefined,
): Promise<Attempt> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const socket = through ?? connect({ host: hop.host, port: hop.port, noDelay: true })
    // Every channel listens to it, and there is one for each connection of a client.
    socket.setMaxListeners(0)
    const tried: string[] = []
    const leftOut = [...login.leftOut]
    const waiting = [...login.tries]
    let accepted: string[] = []
    let pending: (() => string) | undefined
    let settled = false

    const settle = (result: Attempt | Error): void => {
      if (settled) return
      settled = true
      if (result instanceof Error || result.unknownKey !== undefined) socket.destroy()
      if (result instanceof Error) reject(result)
      else resolve(result)
    }

    const refused = (reason?: string): void => settle(loginRefused(hop, tried, leftOut, accepted, reason))

    const options: ConnectConfig = {
      host: hop.host,
      port: hop.port,
      username: hop.user,
      sock: socket,
      keepaliveInterval: config.keepaliveMs,
      keepaliveCountMax: 3,
      readyTimeout: readyWithinMs,
      algorithms: algorithmsFor(known),
      hostVerifier: (key: Buffer) => {
        const verdict = judgeHostKey(known, key)
        if (verdict.kind === 'known') return true
        // Asking somebody takes longer than a server waits, so the connection is made anew afterwards.
        settle(
          verdict.kind === 'unknown'
            ? { client, socket, unknownKey: key }
            : hostKeyRefused(hop, verdict.kind, verdict.at, fingerprintOf(key)),
        )
        return false
      },
      authHandler: (methods: AuthenticationType[] | null, _partial, next) => {
        if (pending !== undefined) tried.push(pending())
        pending = undefined
        // The first question is what the server takes: nothing is sent in vain.
        if (methods === null) return next({ type: 'none', username: hop.user })
        accepted = methods
        const index = waiting.findIndex((each) => methods.includes(each.needs))
        const [step] = index === -1 ? [] : waiting.splice(index, 1)
        if (step === undefined) return refused()
        pending = step.shown
        next(step.method)
      },
    }
    client.on('ready', () => settle({ client, socket }))
    client.on('error', (error: Error & { level?: string }) => {
      // The next way to log in is tried by itself.
      if (error.level === 'agent') leftOut.push(`the SSH agent at ${hop.agentSocket ?? ''} did not answer`)
      // OpenSSH ends a connection with too many tries by a message of its own.
      else if (accepted.length > 0) refused(error.message)
      else settle(unreachable(hop, error, via))
    })
    client.on('close', () =>
      settle(
        accepted.length > 0
          ? loginRefused(hop, tried, leftOut, accepted, 'it ended the connection')
          : unreachable(hop, new Error('Connection lost before handshake'), via),
      ),
    )
    client.connect(options)
  })
}

/**
 * Logs in at one server. `openSocket` leads through the server before it. Rejects with TorilError UNAVAILABLE;
 * `TunnelRefused` when trying again makes no sense.
 */
export async function connectTo(
  hop: Hop,
  config: TunnelConfig,
  via: Hop | undefined,
  openSocket: () => Promise<Duplex | undefined>,
): Promise<SshConnection> {
  const login = await prepareLogin(hop, config)
  for (let asked = false; ; asked = true) {
    const known = await knownKeysOf(hop.knownAs, hop.knownHostsFiles)
    const { unknownKey, ...connection } = await tryOnce(hop, config, login, known, await openSocket(), via)
    if (unknownKey === undefined) return connection
    const { host, port, knownAs: name } = hop
    const { knownHostsFile } = config
    const key: UnknownHostKey = {
      name,
      host,
      port,
      knownHostsFile,
      keyType: keyTypeOf(unknownKey),
      fingerprint: fingerprintOf(unknownKey),
    }
    // Once: a server that shows another key to the second connection is not asked about again.
    if (asked || (await config.confirmHostKey?.(key)) !== true) throw hostKeyUnknown(hop, key)
    await rememberHostKey(knownHostsFile, name, unknownKey)
  }
}
