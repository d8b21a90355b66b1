import type { Job } from '../../electron/contract/job.ts'
import type { PendingCancel } from '../stores/cancels.ts'
import { usePendingCancel } from './panel-context.tsx'

/** A running job that was asked to stop. Times in epoch ms by the runner's clock. */
export interface Stopping {
  /** When it will be killed; undefined where it cannot be. */
  killAt: number | undefined
  /** Known of what this window asked for. */
  askedAt: number | undefined
}

type Asked = Pick<Job, 'id' | 'state' | 'waitingReason'>

/** What this window asked for it knows before the runner tells; of a batch, of others and of a script the runner tells. */
export function stoppingOf(job: Asked | undefined, cancel: PendingCancel | undefined): Stopping | undefined {
  if (job?.state !== 'active') return undefined
  if (cancel !== undefined) return { killAt: cancel.killAt, askedAt: cancel.askedAt }
  if (job.waitingReason?.code !== 'CANCELLING') return undefined
  const { killAt } = job.waitingReason
  return { killAt: killAt === undefined ? undefined : Date.parse(killAt), askedAt: undefined }
}

export function useStopping(job: Asked | undefined): Stopping | undefined {
  return stoppingOf(job, usePendingCancel(job?.id))
}
