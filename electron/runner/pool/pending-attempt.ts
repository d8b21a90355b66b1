import { deliverReport } from '../executors/deliver-report.ts'
import type { AttemptListener, AttemptReport, AttemptRequest } from '../executors/executor.ts'
import type { Report, StopCode } from '../../../workers/protocol.ts'

/** An attempt from the moment it was handed to the pool until its report. */
export class PendingAttempt {
  readonly seq: number
  readonly request: AttemptRequest
  readonly report: Promise<AttemptReport>
  readonly #listener: AttemptListener
  readonly #resolve: (report: AttemptReport) => void
  /** Epoch ms. */
  startedAt: number | undefined
  timer: NodeJS.Timeout | undefined
  /** It was asked to stop, and why. */
  asked: { code: StopCode; message: string } | undefined
  /** Its thread was told to end, and why. */
  killed: { outcome: AttemptReport['outcome']; code: string; message: string } | undefined
  /** Told just before its thread is ended, to save what can be saved. */
  beforeKill?: () => void
  /** What its thread was seen to use; more exactly known at an end of its own. */
  measured: Pick<AttemptReport, 'cpuMs' | 'peakHeapBytes'> = {}
  settled = false

  constructor(seq: number, request: AttemptRequest, listener: AttemptListener) {
    this.seq = seq
    this.request = request
    this.#listener = listener
    const { promise, resolve } = Promise.withResolvers<AttemptReport>()
    this.report = promise
    this.#resolve = resolve
  }

  started(thread: string): void {
    this.startedAt = Date.now()
    this.#listener.onStart({ thread })
  }

  told(report: Report): void {
    if (this.settled) return
    deliverReport(report, this.#listener)
  }

  settle(report: AttemptReport): void {
    if (this.settled) return
    this.settled = true
    if (this.timer !== undefined) clearTimeout(this.timer)
    this.#resolve(report)
  }
}
