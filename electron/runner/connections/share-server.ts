/** A server for several users: started for the first, ended when the last has let go of it. */
export interface SharedServer<Server> {
  /** Rejects as the start does; then nothing is held. `release` is safe to call twice. */
  hold(): Promise<{ server: Server; release: () => Promise<void> }>
}

export function shareServer<Server extends { stop(): Promise<void> }>(
  start: () => Promise<Server>,
): SharedServer<Server> {
  let starting: Promise<Server> | undefined
  let stopping: Promise<void> = Promise.resolve()
  let holders = 0

  async function letGo(): Promise<void> {
    holders -= 1
    if (holders > 0 || starting === undefined) return
    const ending = starting
    starting = undefined
    // A start that failed has nothing to end.
    const ended = ending.then(
      (server) => server.stop(),
      () => undefined,
    )
    stopping = ended.catch(() => undefined)
    await ended
  }

  return {
    async hold() {
      holders += 1
      // The same folder cannot have two: one that is ending has to be gone first.
      starting ??= stopping.then(start)
      let released: Promise<void> | undefined
      try {
        return { server: await starting, release: () => (released ??= letGo()) }
      } catch (error) {
        await letGo()
        throw error
      }
    },
  }
}
