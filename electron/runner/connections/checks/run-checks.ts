import type { ConnectionStep, ConnectionTest } from '../../../contract/connection-test.ts'
import { stepMs, type Check, type TestContext } from './check.ts'

const since = (from: number): number => Math.round((performance.now() - from) * 10) / 10

/** Rejects when it takes too long, or nobody waits any more. */
async function limited<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let stop = (): void => undefined
  const ended = new Promise<never>((_, reject) => {
    const seconds = stepMs / 1_000
    const message = `This took longer than ${seconds} s. Check the network, VPN and firewall on the way to the server.`
    timer = setTimeout(() => reject(new Error(message)), stepMs)
    stop = () => reject(new Error('The test was stopped.'))
    signal.addEventListener('abort', stop)
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

async function resultOf(check: Check, context: TestContext, signal: AbortSignal): Promise<Partial<ConnectionStep>> {
  try {
    const { detail, warning } = await limited(check.run(), signal)
    return warning === undefined ? { state: 'ok', detail } : { state: 'warning', detail, message: warning }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (check.step !== 'tunnel' || context.unknownHostKey === undefined) return { state: 'failed', message }
    const { knownHostsFile: _file, ...hostKey } = context.unknownHostKey
    return { state: 'failed', message, hostKey }
  }
}

/** One check after the other, told as it goes. What they opened is closed before the last message. */
export async function* runChecks(
  checks: readonly Check[],
  context: TestContext,
  signal: AbortSignal,
): AsyncGenerator<ConnectionTest, void, void> {
  const from = performance.now()
  const steps = checks.map(({ part, step }): ConnectionStep => ({ part, step, state: 'waiting' }))
  const told = (over: boolean): ConnectionTest => ({
    steps: steps.map((step) => ({ ...step })),
    ms: since(from),
    over,
    ok: over && steps.every(({ state }) => state === 'ok' || state === 'warning'),
  })
  try {
    for (const [index, check] of checks.entries()) {
      const { part, step } = check
      steps[index] = { part, step, state: 'running' }
      yield told(false)
      if (signal.aborted) return
      const began = performance.now()
      const result = await resultOf(check, context, signal)
      steps[index] = { part, step, state: 'ok', ms: since(began), ...result }
      if (result.state !== 'failed') continue
      for (const step of steps) if (step.state === 'waiting') step.state = 'skipped'
      break
    }
  } finally {
    // What does not close properly was still only looked at.
    await context.stops.run().catch(() => undefined)
  }
  if (!signal.aborted) yield told(true)
}
