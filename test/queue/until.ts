import { setTimeout as delay } from 'node:timers/promises'

/** Resolves with the first value that is neither false nor undefined; fails after `limitMs`. */
export async function until<T>(
  look: () => T | Promise<T>,
  what: string,
  limitMs = 30_000,
): Promise<Exclude<T, false | undefined>> {
  const end = performance.now() + limitMs
  for (;;) {
    const value = await look()
    if (value !== false && value !== undefined) return value as Exclude<T, false | undefined>
    if (performance.now() > end) throw new Error(`Waited ${limitMs} ms in vain until ${what}.`)
    await delay(10)
  }
}
