import { setTimeout as delay } from 'node:timers/promises'
import { patienceMs } from '../patience.ts'

const everyMs = 20

/** Asks again and again until the answer is true; a question that rejects counts as no. Rejects with `what` when it does not come. */
export async function untilTrue(what: string, ask: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + patienceMs
  let reason = ''
  while (performance.now() < until) {
    const answer = await ask().catch((error: unknown) => {
      reason = `: ${error instanceof Error ? error.message : String(error)}`
      return false
    })
    if (answer) return
    await delay(everyMs)
  }
  throw new Error(`Waited ${patienceMs / 1000} s in vain for ${what}${reason}`)
}
