import { TooLate } from './limited.ts'

const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

const outageText =
  /Connection is closed|isn't writeable|max retries per request|Command timed out|Socket timeout|Cluster isn't ready|Cluster is ended|Too many Cluster redirections|slots cache|startup nodes|sentinels are unreachable|Command aborted|^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|NOAUTH|WRONGPASS|ERR max number of clients)/

/**
 * Whether an error of ioredis tells of a server that is away, and not of a wrong question. A password that is
 * no longer the right one counts: nothing can be asked over such a connection.
 */
export function isRedisOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  return (typeof code === 'string' && outageCodes.has(code)) || outageText.test(error.message)
}

/** Whether it tells of a server that did not answer in time. */
export function isRedisSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error instanceof TooLate || /timed out|Socket timeout|ETIMEDOUT/.test(error.message)
}
