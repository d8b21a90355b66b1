/**
 * Lets so many at once: the returned function resolves when it is the caller's turn, with a function to
 * be called when it is done. First come, first served.
 */
export function createTurns(atOnce: number): () => Promise<() => void> {
  let free = atOnce
  const line: (() => void)[] = []
  const done = (): void => {
    const next = line.shift()
    if (next === undefined) free += 1
    else next()
  }
  return async () => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => line.push(resolve))
    return done
  }
}
