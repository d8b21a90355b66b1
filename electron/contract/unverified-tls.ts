import type { ProfileSettings } from './connection-profile.ts'

/** What is connected to over TLS without a look at the certificate: whoever sits in between reads and changes everything. */
export function unverifiedParts({
  queue,
  history,
}: Pick<ProfileSettings, 'queue' | 'history'>): ('queue' | 'history')[] {
  const queues = [...('tls' in queue ? [queue.tls] : []), ...(queue.kind === 'sentinel' ? [queue.sentinelTls] : [])]
  return [
    ...(queues.some((tls) => tls?.verify === false) ? (['queue'] as const) : []),
    ...('tls' in history && history.tls?.verify === false ? (['history'] as const) : []),
  ]
}

/** The words for it, on screen and in the command line. */
export const unverifiedWords = 'TLS not verified'
