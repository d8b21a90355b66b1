import { Reporter } from '../../../workers/reporter.ts'
import { StopSignal } from '../../../workers/stop-signal.ts'
import { deliverReport } from './deliver-report.ts'
import type { AttemptListener, AttemptReport } from './executor.ts'

/** An attempt in the runner's own process, from its begin to its report, which its code may outlive. */
export class InlineAttempt {
  readonly stop = new StopSignal()
  readonly reporter: Reporter
  readonly report: Promise<AttemptReport>
  /** From then on what its code says and asks for is nobody's. */
  ended = false
  readonly #listener: AttemptListener
  readonly #resolve: (report: AttemptReport) => void

  constructor(listener: AttemptListener) {
    this.#listener = listener
    this.reporter = new Reporter((report) => deliverReport(report, listener))
    const { promise, resolve } = Promise.withResolvers<AttemptReport>()
    this.report = promise
    this.#resolve = resolve
  }

  end(report: AttemptReport): void {
    if (this.ended) return
    this.ended = true
    const last = this.reporter.close()
    if (last !== undefined) deliverReport(last, this.#listener)
    this.#resolve(report)
  }
}
