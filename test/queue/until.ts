import { setTimeout as delay } from 'node:timers/promises'
import { patienceMs } from '../patience.ts'

/** Resolves with the first value that is neither false nor undefined; fails when it does not come. */
export async function until<T>(look: () => T | Promise<T>, what: string): Promise<Exclude<T, false | undefined>> {
  const end = performance.now() + patienceMs
  for (;;) {
    const value = await look()
    if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>
    if (performance.now() > end) throw new Error(`Waited ${patienceMs / 1000} s in vain until ${what}.`)
    await delay(10)
  }
}
