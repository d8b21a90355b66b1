import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'

/** Set for everything a test run starts, so that what outlives it can be told from anybody else's processes. */
export const markerName = 'TORIL_TEST_RUN'

/**
 * Processes that carry the marker. Linux only; elsewhere none are found.
 * @param {string} marker
 * @returns {{ pid: number, command: string }[]}
 */
function marked(marker) {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
        if (!environment.includes(`${markerName}=${marker}`)) return []
        return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 160) }]
      } catch {
        return []
      }
    })
}

/**
 * Ends what a suite left running, by process id, and answers what it was. What is just ending gets a moment.
 * @param {string} marker
 * @param {number} [graceMs]
 */
export async function endLeftovers(marker, graceMs = 5000) {
  const deadline = Date.now() + graceMs
  let left = marked(marker)
  while (left.length > 0 && Date.now() < deadline) {
    await delay(100)
    left = marked(marker)
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself in the meantime.
    }
  }
  return left
}
