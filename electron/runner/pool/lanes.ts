import type { FromThread, Hello, ThreadSettings } from '../../../workers/protocol.ts'
import { endThread } from './end-thread.ts'
import { Lane } from './lane.ts'
import type { PendingAttempt } from './pending-attempt.ts'
import type { PoolSettings } from './thread-pool.ts'
import { ThreadClass } from './thread-class.ts'

export interface LanesOptions {
  entry: string
  settings: PoolSettings
  threadSettings: ThreadSettings
  onMessage(lane: Lane, message: FromThread): void
  /** Its thread has died, and may have had an attempt. */
  onDeath(lane: Lane, error: unknown): void
  /** A thread became free, or room for one. */
  onFree(): void
  onChange(): void
  /** Threads of this class die before they are up, again and again: its attempts cannot run. */
  onBootFailure(memoryMb: MemoryClass, message: string): void
}

type MemoryClass = number | undefined

/** Threads of one class that died before they were up, since one of it was. */
interface BootTrouble {
  failures: number
  /** None is started until then. */
  retry: NodeJS.Timeout | undefined
}

/** Starting threads that waiting attempts ahead in the line already count on. */
export type Claims = Map<MemoryClass, number>

const bootRetryMs = 1_000
const bootFailuresToGiveUp = 3

/**
 * The threads of all memory classes together: how many there are, which is free, which one goes. They
 * share one limit, `maxThreads`; `minThreads` are kept of the default class. Piscina starts and ends
 * none by itself, so there is one owner of the number, and a resize can lose or repeat nothing: only a
 * free thread is ever ended.
 */
export class Lanes {
  readonly #options: LanesOptions
  readonly #lanes: Lane[] = []
  readonly #classes = new Map<MemoryClass, ThreadClass>()
  readonly #byThreadId = new Map<number, Lane>()
  readonly #byAttempt = new Map<PendingAttempt, Lane>()
  readonly #lastErrors = new Map<number, string>()
  /** Threads that dispose of their services before they end. */
  readonly #leaving = new Set<Promise<void>>()
  #settings: PoolSettings
  #sweep: NodeJS.Timeout | undefined
  readonly #bootTrouble = new Map<MemoryClass, BootTrouble>()
  #closed = false

  constructor(options: LanesOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#fill()
  }

  settings(): PoolSettings {
    return this.#settings
  }

  /** In the order of their labels; those that were told to end are left out. */
  all(): Lane[] {
    return this.#lanes.toSorted((a, b) => a.label - b.label)
  }

  of(attempt: PendingAttempt): Lane | undefined {
    return this.#byAttempt.get(attempt)
  }

  configure(settings: PoolSettings): void {
    this.#settings = settings
    // From the highest label down, so that T1 stays T1. One that is ready stays before one that is not.
    for (const state of ['starting', 'idle'] as const) {
      for (const lane of this.all().reverse()) {
        if (this.#lanes.length <= settings.maxThreads) break
        if (lane.state === state) this.#retire(lane)
      }
    }
    this.#markSurplus()
    this.#fill()
    clearTimeout(this.#sweep)
    this.#sweep = undefined
    this.#scheduleSweep()
  }

  newClaims(): Claims {
    return new Map()
  }

  /** A free thread for an attempt of this class, or whether one is coming, or none can be had now. */
  offer(memoryMb: MemoryClass, claims: Claims): Lane | 'coming' | 'full' {
    const { maxThreads } = this.#settings
    // While surplus threads finish their jobs, those that stay must not run more than the limit with them.
    if (this.#lanes.length > maxThreads && this.#byAttempt.size >= maxThreads) return 'full'
    let starting = 0
    let other: Lane | undefined
    for (const lane of this.#lanes) {
      if (lane.memoryMb === memoryMb) {
        if (lane.state === 'idle') return lane
        if (lane.state === 'starting') starting += 1
      } else if (lane.state === 'idle') other = lane
    }
    const claimed = claims.get(memoryMb) ?? 0
    claims.set(memoryMb, claimed + 1)
    if (claimed < starting) return 'coming'
    // Those behind it, of other classes, need not wait for that.
    if (this.#holdsOff(memoryMb)) return 'coming'
    if (this.#lanes.length >= maxThreads) {
      if (other === undefined) return 'full'
      // A free thread of another class makes room.
      this.#retire(other)
      if (this.#lanes.length >= maxThreads) return 'full'
    }
    this.#spawn(memoryMb)
    return 'coming'
  }

  occupy(lane: Lane, attempt: PendingAttempt): void {
    lane.state = 'busy'
    lane.attempt = attempt
    this.#byAttempt.set(attempt, lane)
  }

  /** The thread's attempt is over: it is free, or goes if it is tainted or one too many. */
  release(lane: Lane): void {
    if (lane.attempt !== undefined) this.#byAttempt.delete(lane.attempt)
    lane.attempt = undefined
    if (lane.state !== 'dying') this.#free(lane)
  }

  /** Not to be trusted any more: replaced now if it is free, otherwise after its attempt. */
  taint(lane: Lane): void {
    lane.tainted = true
    if (lane.state === 'idle') this.#free(lane)
  }

  /**
   * Ends a thread whatever it does, once `ready` has resolved, which is to be soon; its replacement comes up at once.
   * The attempt's run rejects when it is gone.
   */
  kill(lane: Lane, why: string, ready: Promise<void>): void {
    this.#lastErrors.set(lane.label, why)
    this.#remove(lane)
    void ready.then(() => lane.worker.terminate())
    this.#replace(lane)
  }

  /** The attempt of a dead thread has been told so. */
  lost(lane: Lane, attempt: PendingAttempt, why: string | undefined): void {
    this.#byAttempt.delete(attempt)
    lane.attempt = undefined
    if (why !== undefined) this.#noteError(lane.label, why)
    // Above a smaller limit its end may be what a job waits for.
    this.#options.onFree()
  }

  /** From here on no thread is started, whatever becomes of those there are. Answers the attempts that still run. */
  end(): PendingAttempt[] {
    this.#closed = true
    clearTimeout(this.#sweep)
    for (const { retry } of this.#bootTrouble.values()) clearTimeout(retry)
    return [...this.#byAttempt.keys()]
  }

  /** Ends all threads, those that still run a job as they are. */
  async close(): Promise<void> {
    this.end()
    for (const lane of this.#lanes.filter(({ state }) => state === 'idle')) this.#retire(lane)
    await Promise.all(this.#leaving)
    await Promise.all(Array.from(this.#classes.values(), (each) => each.destroy()))
    this.#lanes.length = 0
  }

  #free(lane: Lane): void {
    lane.state = 'idle'
    lane.idleSince = performance.now()
    if (lane.tainted) {
      this.#retire(lane)
      this.#replace(lane)
    } else if (lane.retiring) this.#retire(lane)
    else this.#scheduleSweep()
    this.#options.onFree()
  }

  #noteError(label: number, message: string): void {
    this.#lastErrors.set(label, message)
    const now = this.#lanes.find((lane) => lane.label === label)
    if (now !== undefined) now.lastError = message
  }

  #fill(): void {
    if (this.#closed || this.#holdsOff(undefined)) return
    const kept = (): number => this.#lanes.filter(({ memoryMb }) => memoryMb === undefined).length
    while (kept() < this.#settings.minThreads && this.#lanes.length < this.#settings.maxThreads) this.#spawn(undefined)
  }

  #replace(lane: Lane): void {
    if (this.#closed || this.#holdsOff(lane.memoryMb)) return
    if (this.#lanes.length < this.#settings.maxThreads) this.#spawn(lane.memoryMb)
  }

  #class(memoryMb: MemoryClass): ThreadClass {
    const known = this.#classes.get(memoryMb)
    if (known !== undefined) return known
    const { entry, threadSettings } = this.#options
    const made = new ThreadClass({ entry, memoryMb, threadSettings }, (id) => this.#ready(id))
    this.#classes.set(memoryMb, made)
    return made
  }

  #freeLabel(): number {
    const taken = new Set(this.#lanes.map(({ label }) => label))
    let label = 1
    while (taken.has(label)) label += 1
    return label
  }

  #spawn(memoryMb: MemoryClass): void {
    const worker = this.#class(memoryMb).spawn()
    const lane = new Lane(this.#freeLabel(), worker, memoryMb)
    lane.lastError = this.#lastErrors.get(lane.label)
    this.#lanes.push(lane)
    this.#byThreadId.set(lane.threadId, lane)
    // Piscina lets its threads not keep the process alive; a starting one has somebody waiting for it.
    worker.ref()
    worker.on('message', (message: unknown) => {
      const hello = message as Partial<Hello> | null
      if (hello?.kind === 'hello') lane.connect(hello as Hello, (said) => this.#options.onMessage(lane, said))
    })
    worker.once('error', (error: unknown) => this.#gone(lane, error instanceof Error ? error.message : String(error)))
    worker.once('exit', (code) => {
      lane.left.resolve()
      this.#gone(lane, `The thread ended with exit code ${code}.`)
      const left = this.#classes.get(memoryMb)
      if (memoryMb !== undefined && left?.size === 0) this.#classes.delete(memoryMb)
    })
    this.#options.onChange()
  }

  #ready(threadId: number): void {
    const lane = this.#byThreadId.get(threadId)
    if (lane?.state !== 'starting') return
    clearTimeout(this.#bootTrouble.get(lane.memoryMb)?.retry)
    this.#bootTrouble.delete(lane.memoryMb)
    lane.worker.unref()
    this.#class(lane.memoryMb)
      .serve(threadId)
      .catch((error: unknown) => this.#options.onDeath(lane, error))
    this.#free(lane)
    this.#options.onChange()
  }

  #retire(lane: Lane): void {
    this.#remove(lane)
    const ended = endThread(lane)
    this.#leaving.add(ended)
    void ended.finally(() => this.#leaving.delete(ended))
  }

  /** From here on nobody gives it work or counts it. */
  #remove(lane: Lane): void {
    lane.state = 'dying'
    const index = this.#lanes.indexOf(lane)
    if (index !== -1) this.#lanes.splice(index, 1)
    this.#byThreadId.delete(lane.threadId)
    this.#markSurplus()
  }

  /** What is above the limit goes from the highest label down, each when it has finished its job. */
  #markSurplus(): void {
    const surplus = Math.max(0, this.#lanes.length - this.#settings.maxThreads)
    const going = surplus === 0 ? [] : this.all().slice(-surplus)
    for (const lane of this.#lanes) lane.retiring = going.includes(lane)
  }

  /** A thread ended that nobody told to. */
  #gone(lane: Lane, why: string): void {
    if (lane.state === 'dying' || this.#closed) return
    const wasStarting = lane.state === 'starting'
    this.#lastErrors.set(lane.label, why)
    this.#remove(lane)
    if (wasStarting) this.#bootFailed(lane.memoryMb, why)
    else this.#replace(lane)
    this.#options.onFree()
    this.#options.onChange()
  }

  #holdsOff(memoryMb: MemoryClass): boolean {
    return this.#bootTrouble.get(memoryMb)?.retry !== undefined
  }

  /** Starting threads over and over that cannot start would only burn the machine. */
  #bootFailed(memoryMb: MemoryClass, why: string): void {
    const trouble = this.#bootTrouble.get(memoryMb) ?? { failures: 0, retry: undefined }
    this.#bootTrouble.set(memoryMb, trouble)
    trouble.failures += 1
    trouble.retry ??= setTimeout(
      () => {
        trouble.retry = undefined
        this.#fill()
        this.#options.onFree()
      },
      Math.min(bootRetryMs * 2 ** (trouble.failures - 1), 30_000),
    )
    // One of another class may have gone to make room.
    this.#fill()
    const none = !this.#lanes.some((lane) => lane.memoryMb === memoryMb)
    if (none && trouble.failures >= bootFailuresToGiveUp) this.#options.onBootFailure(memoryMb, why)
  }

  #scheduleSweep(): void {
    if (this.#sweep !== undefined || this.#closed) return
    if (this.#lanes.length <= this.#settings.minThreads && this.#classes.size === 1) return
    const first = this.#idleBeyondMin()[0]
    if (first === undefined) return
    const due = first.idleSince + this.#settings.idleTimeoutMs - performance.now()
    this.#sweep = setTimeout(() => this.#sweepIdle(), Math.max(1, due)).unref()
  }

  /** Idle threads that may go, longest idle first. */
  #idleBeyondMin(): Lane[] {
    const ordinary = this.#lanes.filter(({ memoryMb }) => memoryMb === undefined).length
    let spare = Math.max(0, ordinary - this.#settings.minThreads)
    return this.#lanes
      .filter(({ state }) => state === 'idle')
      .toSorted((a, b) => a.idleSince - b.idleSince)
      .filter(({ memoryMb }) => memoryMb !== undefined || spare-- > 0)
  }

  #sweepIdle(): void {
    this.#sweep = undefined
    const limit = performance.now() - this.#settings.idleTimeoutMs
    const expired = this.#idleBeyondMin().filter(({ idleSince }) => idleSince <= limit)
    for (const lane of expired) this.#retire(lane)
    if (expired.length > 0) this.#options.onChange()
    this.#scheduleSweep()
  }
}
