/** The promise had no outcome in time. */
export class TooLate extends Error {
  constructor() {
    super('timed out')
    this.name = 'TooLate'
  }
}

/** The promise's outcome, or TooLate. What comes after is nobody's concern any more. */
export async function limited<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate()), ms)
  })
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
