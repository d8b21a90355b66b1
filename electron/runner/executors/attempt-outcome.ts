import type { AttemptAnswer, StopCode } from '../../../workers/protocol.ts'
import type { AttemptReport } from './executor.ts'

/**
 * The report of an attempt whose code came to an end by itself. One that was asked to stop has the
 * outcome of that, unless it completed before the word reached it: cancelled means cancelled, also when a
 * job leaves early with half a result. Past its time it is always `timed-out`.
 */
export function reportOf(
  { ending, stopped, cpuMs, peakHeapBytes }: Pick<AttemptAnswer, 'ending' | 'stopped' | 'cpuMs' | 'peakHeapBytes'>,
  asked: { code: StopCode; message: string } | undefined,
): AttemptReport {
  const measured = {
    ...(cpuMs === undefined ? {} : { cpuMs }),
    ...(peakHeapBytes === undefined ? {} : { peakHeapBytes }),
  }
  if (asked?.code === 'TIMED_OUT') {
    return { outcome: 'timed-out', error: { code: 'TIMED_OUT', message: asked.message }, retryable: true, ...measured }
  }
  if (asked !== undefined && (stopped || ending.kind === 'failed')) {
    return { outcome: 'cancelled', error: { code: asked.code, message: asked.message }, retryable: true, ...measured }
  }
  return ending.kind === 'completed'
    ? { outcome: 'completed', result: ending.result, retryable: false, ...measured }
    : { outcome: 'failed', error: ending.error, retryable: ending.retryable, ...measured }
}

export function timeoutMessage(timeoutMs: number): string {
  return `The job ran longer than its timeout of ${timeoutMs} ms.`
}

export const stoppedMessage = 'The runner stopped before the job had finished.'

/** An attempt that did not end before its runner. `left`: what goes on all the same, in a sentence. */
export function stoppedReport(left?: string): AttemptReport {
  const message = left === undefined ? stoppedMessage : `${stoppedMessage} ${left}`
  return { outcome: 'cancelled', error: { code: 'RUNNER_STOPPED', message }, retryable: true }
}
