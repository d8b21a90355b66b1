import type { Json } from '../../../electron/contract/json.ts'
import type { Processor, Verdict } from '../../../electron/runner/queue/job-queue.ts'

/** Every job completes with this result. */
export const complete =
  (result: Json = null): Processor =>
  () =>
    Promise.resolve({ kind: 'complete', result })

/** No job ever ends. */
export const never: Processor = () => new Promise(() => undefined)

/** Every attempt fails, to be retried unless the verdict says otherwise. */
export const failWith =
  (verdict: Partial<Extract<Verdict, { kind: 'fail' }>> = {}): Processor =>
  () =>
    Promise.resolve({
      kind: 'fail',
      error: { code: 'E_TEST', message: 'it broke', stack: 'Error: it broke\n    at test' },
      retry: true,
      cancelled: false,
      ...verdict,
    })
