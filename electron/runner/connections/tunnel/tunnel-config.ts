import type { TunnelPart } from '../../../contract/connection-profile.ts'

/** A host key that no known_hosts file has yet. */
export interface UnknownHostKey {
  /** As it would be written into known_hosts: `host`, or `[host]:port`. */
  name: string
  host: string
  port: number
  /** Such as `ssh-ed25519`. */
  keyType: string
  /** As OpenSSH shows it: `SHA256:` and 43 characters. */
  fingerprint: string
  /** Where the key is written when it is accepted. */
  knownHostsFile: string
}

/** The tunnel part of a profile, its secrets, and what it takes from this machine. */
export interface TunnelConfig extends TunnelPart {
  /** Sent to the last host only, never to one on the way. */
  password?: string
  /** Opens key files on this machine. */
  keyPassphrase?: string
  /** Where accepted host keys are written, and the first place they are looked for. Absolute. */
  knownHostsFile: string
  /** Asked once for a host key that is not known; absent means no. */
  confirmHostKey?: (key: UnknownHostKey) => Promise<boolean>
  /** Instead of `~/.ssh/config` and the config of the whole machine. */
  sshConfigFile?: string
  /** Socket of the agent; SSH_AUTH_SOCK unless given. */
  agentSocket?: string
}
