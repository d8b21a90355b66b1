import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { TorilError } from '../../../contract/errors.ts'
import { readSshConfig, type SshHost } from './ssh-config.ts'
import type { TunnelConfig } from './tunnel-config.ts'

/** One SSH server on the way; the last one is the far end of the tunnel. */
export interface Hop {
  host: string
  port: number
  user: string
  /** As people know it: the alias with the address behind it. */
  title: string
  /** Absolute paths of private keys, in the order they are tried. */
  keyFiles: string[]
  /** Whether somebody chose these files; the usual ones may be missing. */
  keysChosen: boolean
  /** The agent is asked for these keys only. */
  identitiesOnly: boolean
  /** Undefined without an agent. */
  agentSocket: string | undefined
  /** How known_hosts calls this server. */
  knownAs: string
  knownHostsFiles: string[]
  last: boolean
}

interface Address {
  host: string
  port?: number | undefined
  user?: string | undefined
}

/** More would be a circle. */
const mostHops = 16

const usualKeys = ['id_ed25519', 'id_ecdsa', 'id_rsa']

/** `user@host:port` with an IPv6 address in brackets, or a ssh:// URL. */
function parseJump(text: string): Address {
  const plain = text.replace(/^ssh:\/\//, '').replace(/\/$/, '')
  const [, user, bracketed, bare, port] =
    /^(?:(.+)@)?(?:\[([^\]]+)\]|([^:]+|[^@]*:[^@]*:[^@]*?))(?::(\d+))?$/.exec(plain) ?? []
  const host = bracketed ?? bare
  if (host === undefined) {
    throw new TorilError(
      'UNAVAILABLE',
      `ProxyJump in the SSH config cannot be read: ${text}. Write it as user@host:port.`,
    )
  }
  return { host, ...(port === undefined ? {} : { port: Number(port) }), ...(user === undefined ? {} : { user }) }
}

function agentOf(config: TunnelConfig, found: SshHost): string | undefined {
  if (found.identityAgent === 'none') return undefined
  const windows = process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : undefined
  const socket = found.identityAgent ?? config.agentSocket ?? process.env['SSH_AUTH_SOCK'] ?? windows
  return socket === '' ? undefined : socket
}

function hopTo(config: TunnelConfig, address: Address, found: SshHost, last: boolean): Hop {
  const host = found.hostName
  const port = address.port ?? found.port ?? 22
  const user = address.user ?? found.user ?? userInfo().username
  const chosen = [...(config.keyFile === undefined ? [] : [config.keyFile]), ...found.identityFiles]
  const folder = join(homedir(), '.ssh')
  const usual = [join(folder, 'known_hosts'), join(folder, 'known_hosts2'), '/etc/ssh/ssh_known_hosts']
  const shown = `${user}@${host}:${port}`
  // An alias stands for itself, whatever port it leads to (ssh_config(5), HostKeyAlias).
  const knownAs = (found.hostKeyAlias ?? (port === 22 ? host : `[${host}]:${port}`)).toLowerCase()
  return {
    host,
    port,
    user,
    title: address.host === host ? shown : `${address.host} (${shown})`,
    keyFiles: chosen.length > 0 ? chosen : usualKeys.map((name) => join(folder, name)),
    keysChosen: chosen.length > 0,
    identitiesOnly: found.identitiesOnly,
    agentSocket: agentOf(config, found),
    knownAs,
    knownHostsFiles: [config.knownHostsFile, ...(config.sshConfig ? (found.userKnownHostsFiles ?? usual) : [])],
    last,
  }
}

/** The servers on the way, the first one first. Throws TorilError UNAVAILABLE naming what in the SSH config is wrong. */
export async function planHops(config: TunnelConfig): Promise<Hop[]> {
  const bare = (host: string): SshHost => ({ hostName: host, identityFiles: [], identitiesOnly: false, proxyJump: [] })
  const settings = config.sshConfig ? await readSshConfig(config.sshConfigFile) : bare

  /** Only the first of several jump hosts may have one before it, as with `ssh -J`. */
  function way(address: Address, jumps: Address[] | undefined, last: boolean, depth: number): Hop[] {
    if (depth > mostHops) {
      throw new TorilError(
        'UNAVAILABLE',
        `ProxyJump in the SSH config goes in a circle at ${address.host}. Correct it.`,
      )
    }
    const found = settings(address.host)
    const before = jumps ?? found.proxyJump.map(parseJump)
    const first = before[0] === undefined ? [] : way(before[0], undefined, false, depth + 1)
    const others = before.slice(1).flatMap((each) => way(each, [], false, depth + 1))
    return [...first, ...others, hopTo(config, address, found, last)]
  }

  return way(config, config.jump === undefined || config.jump.length === 0 ? undefined : config.jump, true, 0)
}
