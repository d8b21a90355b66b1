/** A problem told once is not told again for this long. */
const quietMs = 60_000
const remembered = 200

/** Passes problems on, each at most once a minute: an outage repeats itself many times a second. */
export function createProblemReporter(tell: ((message: string) => void) | undefined): (message: string) => void {
  const toldAt = new Map<string, number>()
  return (message) => {
    if (tell === undefined) return
    const now = Date.now()
    const before = toldAt.get(message)
    if (before !== undefined && now - before < quietMs) return
    toldAt.delete(message)
    toldAt.set(message, now)
    if (toldAt.size > remembered) {
      const oldest = toldAt.keys().next().value
      if (oldest !== undefined) toldAt.delete(oldest)
    }
    tell(message)
  }
}
