import type { CpuProfile } from '../../../electron/contract/profile.ts'
import { formatClock, formatCount, formatDuration } from '../../lib/format.ts'

const why: Record<CpuProfile['$toril']['ended'], string> = {
  time: '',
  stopped: ', ended early',
  'job-ended': ', until the attempt ended',
}

/** `5.0 s from 14:03:24, 4,310 samples on T5.` */
export function describeProfile({
  samples,
  $toril: { durationMs, recordedAt, ended, scope, job },
}: CpuProfile): string {
  const where = job.thread === undefined ? '' : ` on ${job.thread}`
  const whole = scope === 'process' ? ' It shows the whole runner, because the job runs inline.' : ''
  const length = `${formatDuration(durationMs)} from ${formatClock(recordedAt)}${why[ended]}`
  return `${length}, ${formatCount(samples.length)} samples${where}.${whole}`
}
