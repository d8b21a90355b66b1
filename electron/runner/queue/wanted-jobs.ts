import type { QueueEvent, TakenTypes } from './job-queue.ts'

/** A job that became ready by other means than being added may be of any type: it is looked for at most so often. */
const calmMs = 100

/** What a consumer takes, as the servers' own takes need it. */
export interface WantedJobs {
  /** Job types; undefined for jobs of any. The same array until they change. */
  types(): readonly string[] | undefined
  /** Grows whenever there may be a job that was not there before. */
  calls(): number
  /** Called when `calls` has grown: other types are wanted, or a wanted job may have come. */
  onCall(listener: (about: 'types' | 'job') => void): void
  /** Something happened in the queue. */
  heard(event: QueueEvent): void
  close(): void
}

/** Follows which job types are taken, and hears of jobs of such types. */
export function followWantedJobs(taken: TakenTypes | undefined): WantedJobs {
  const listeners = new Set<(about: 'types' | 'job') => void>()
  let types = taken?.current()
  let known = new Set(types)
  let calls = 0
  let passedBy: string | undefined
  let calm: NodeJS.Timeout | undefined

  function call(about: 'types' | 'job'): void {
    calls += 1
    for (const listener of listeners) listener(about)
  }

  function callSoon(): void {
    calm ??= setTimeout(() => {
      calm = undefined
      call('job')
    }, calmMs)
  }

  const stop = taken?.onChange(() => {
    const now = taken.current()
    if (sameTypes(now, types)) return
    types = now
    known = new Set(now)
    call('types')
  })

  return {
    types: () => types,
    calls: () => calls,
    onCall: (listener) => void listeners.add(listener),
    heard(event) {
      if (types === undefined) return
      if (event.kind === 'resumed') callSoon()
      if (event.kind === 'added') {
        if (known.has(event.type)) call('job')
        else passedBy = event.id
      }
      if (event.kind !== 'state') return
      // A job that is added also begins to wait; one that is delayed says when to look again.
      if (event.state === 'delayed' || (event.state === 'waiting' && event.id !== passedBy)) callSoon()
    },
    close() {
      stop?.()
      clearTimeout(calm)
      listeners.clear()
    },
  }
}

function sameTypes(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one.length === other.length && one.every((type, index) => type === other[index])
}
