import type { HistoryPart, ProfileSecrets } from '../../../contract/connection-profile.ts'
import type { PostgresAddress } from '../postgres-tls.ts'
import { tunnelWords } from '../place-names.ts'
import { tlsOptions } from '../tls-options.ts'
import type { TunnelWay } from '../tunnel-way.ts'

export interface PostgresWay {
  secrets: ProfileSecrets
  tunnel?: TunnelWay | undefined
  /** Where a wrong file is to be put right, for errors. */
  setting: string
}

/** What the history connects with. Rejects UNAVAILABLE naming a TLS file that is of no use. */
export async function postgresTarget(
  history: Extract<HistoryPart, { kind: 'postgres' }>,
  { secrets, tunnel, setting }: PostgresWay,
): Promise<PostgresAddress> {
  const { host, port, database, user, tls } = history
  const password = secrets['history.password']
  const login = `${encodeURIComponent(user ?? '')}${password === undefined ? '' : `:${encodeURIComponent(password)}`}`
  const at = login === '' ? '' : `${login}@`
  const path = encodeURIComponent(database)
  if (host.startsWith('/')) {
    return { url: `postgresql://${at}localhost:${port}/${path}?host=${encodeURIComponent(host)}`, setting }
  }
  const near = (await tunnel?.forward({ host, port })) ?? { host, port }
  const shown = near.host.includes(':') ? `[${near.host}]` : near.host
  const url = `postgresql://${at}${shown}:${near.port}/${path}`
  const from = {
    setting,
    // The loopback port of a tunnel is nothing that anybody has set.
    ...(history.tunnel === undefined ? {} : { place: `${host}:${port}${tunnelWords(history.tunnel)}` }),
    ...(tunnel === undefined ? {} : { trouble: () => tunnel.trouble() }),
  }
  // Otherwise pg would ask PGSSLMODE of the surroundings.
  if (tls === undefined) return { url: `${url}?sslmode=disable`, ...from }
  const passphrase = secrets['history.tls.keyPassphrase']
  return { url, ...from, ssl: await tlsOptions(tls, { passphrase, hosts: [host], field: 'history.tls', setting }) }
}
