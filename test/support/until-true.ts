import { setTimeout as delay } from 'node:timers/promises'

const everyMs = 20
const longestMs = 30_000

/** Asks again and again until the answer is true; a question that rejects counts as no. Rejects after 30 s with `what`. */
export async function untilTrue(what: string, ask: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + longestMs
  let reason = ''
  while (performance.now() < until) {
    const answer = await ask().catch((error: unknown) => {
      reason = `: ${error instanceof Error ? error.message : String(error)}`
      return false
    })
    if (answer) return
    await delay(everyMs)
  }
  throw new Error(`Waited ${longestMs / 1000} s in vain for ${what}${reason}`)
}
