import type { Backoff } from '../../electron/contract/job.ts'
import { durationText } from './duration-text.ts'
import { joined } from './words.ts'
import { formatDuration } from '../lib/format.ts'

/** The wait before attempt `failed + 1`, in ms: as the contract has it. */
export function waitAfter(failed: number, backoff: Backoff): number {
  return backoff.type === 'fixed' ? backoff.delayMs : backoff.delayMs * 2 ** (failed - 1)
}

/** Waits named one by one; of more, only these and the last. */
const named = 5

/** The waits between attempts spelt out: `If every attempt fails: waits 15 s, 30 s and 1 m, then gives up.` */
export function backoffText(attempts: number, backoff: Backoff): string {
  if (attempts <= 1) return 'Tried once. If that fails, the job has failed.'
  const waits = attempts - 1
  if (backoff.delayMs === 0) return `Tried ${attempts} times without a wait, then gives up.`
  if (backoff.type === 'fixed' && waits > 1) {
    return `If every attempt fails: waits ${shown(backoff.delayMs)} ${waits === 2 ? 'twice' : `${waits.toLocaleString('en')} times`}, then gives up.`
  }
  const all = Array.from({ length: Math.min(waits, named) }, (_, index) => shown(waitAfter(index + 1, backoff)))
  const list = waits > named ? `${all.join(', ')} and so on up to ${shown(waitAfter(waits, backoff))}` : joined(all)
  return `If every attempt fails: waits ${list}, then gives up.`
}

function shown(ms: number): string {
  if (!Number.isFinite(ms) || ms > 100 * 365 * 86_400_000) return 'more than a century'
  // Exact where that is short, as for 1 m 30 s; else as durations are written everywhere.
  const exact = durationText(ms)
  return exact.split(' ').length <= 4 ? exact : formatDuration(ms)
}
