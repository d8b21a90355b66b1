import type { HostPort } from '../../contract/connection-profile.ts'

/** What a way to a server needs of a tunnel: loopback addresses that lead to the far end. */
export interface TunnelWay {
  /** The same for the same target. */
  forward(target: HostPort): Promise<HostPort>
  /** The same at once, for addresses that servers announce. Resolves when it can be asked. */
  announced(): Promise<(target: HostPort) => HostPort>
  /** Why nothing comes through now, as the end of a sentence; undefined while it does. */
  trouble(): string | undefined
}
