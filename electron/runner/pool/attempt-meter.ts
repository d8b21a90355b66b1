import { setTimeout as pause } from 'node:timers/promises'
import type { Lane } from './lane.ts'
import type { PendingAttempt } from './pending-attempt.ts'
import { youngGenerationMb } from './thread-class.ts'

/** How often an attempt with a memory limit is looked at; the others at every fourth look. */
const lookEveryMs = 250
const looksPerWideLook = 4
/** Jobs that are over sooner are not asked for a sign of life. */
const pingAfterMs = 1_000
const pingEveryMs = 2_000
/** A kill waits so long for the last numbers at most; a thread that spins answers within a millisecond. */
const lastLookMs = 20

export interface AttemptMeterParts {
  lanes: () => Lane[]
  /** A thread has become blocked, or is no longer. */
  onBlockedChange(): void
  /** Heap and Buffers of an attempt are past its limit. */
  onTooMuchMemory(attempt: PendingAttempt, lane: Lane): void
}

/**
 * Watches running attempts from outside, where a job that spins cannot keep it from looking: what they use, so that
 * it is known also of one that is killed or dies; memory that V8 does not limit, which is that of Buffers; and since
 * when a thread does not answer. Costs a short job nothing.
 */
export class AttemptMeter {
  readonly #parts: AttemptMeterParts
  readonly #asking = new WeakMap<PendingAttempt, Promise<void>>()
  /** Attempts that were past their limit at the look before. */
  readonly #pastLimit = new WeakSet<PendingAttempt>()
  #timer: NodeJS.Timeout | undefined
  #looks = 0

  constructor(parts: AttemptMeterParts) {
    this.#parts = parts
  }

  /** An attempt has begun. */
  wake(): void {
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs).unref()
  }

  /** What the thread itself says of an attempt: of its CPU time it knows best. */
  told({ measured }: PendingAttempt, { cpuMs, peakHeapBytes = 0 }: PendingAttempt['measured']): void {
    if (cpuMs !== undefined) measured.cpuMs = cpuMs
    measured.peakHeapBytes = Math.max(peakHeapBytes, measured.peakHeapBytes ?? 0)
  }

  /** Resolves when the attempt was measured once more, or soon in any case. */
  async last(attempt: PendingAttempt, lane: Lane): Promise<void> {
    const over = new AbortController()
    const late = pause(lastLookMs, undefined, { signal: over.signal }).catch(() => undefined)
    await Promise.race([this.#measure(attempt, lane), late])
    over.abort()
  }

  /** The loop of this thread answered. */
  answered(lane: Lane): void {
    lane.ponged()
    if (!lane.toldBlocked) return
    lane.toldBlocked = false
    this.#parts.onBlockedChange()
  }

  close(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const now = Date.now()
    let busy = false
    this.#looks += 1
    for (const lane of this.#parts.lanes()) {
      const { attempt } = lane
      if (attempt?.startedAt === undefined) continue
      busy = true
      const age = now - attempt.startedAt
      if (age >= pingAfterMs) this.#ping(lane)
      const wide = this.#looks % looksPerWideLook === 0
      if (age >= lookEveryMs && (wide || attempt.request.memoryMb !== undefined)) void this.#measure(attempt, lane)
    }
    if (!busy) this.close()
  }

  #ping(lane: Lane): void {
    lane.ping(pingEveryMs)
    if (lane.toldBlocked || lane.blockedMs === undefined) return
    lane.toldBlocked = true
    this.#parts.onBlockedChange()
  }

  /** Never rejects. A thread inside one call into the system answers when that is over, and is not asked twice. */
  #measure(attempt: PendingAttempt, lane: Lane): Promise<void> {
    const known = this.#asking.get(attempt)
    if (known !== undefined) return known
    const { worker } = lane
    const asked = Promise.all([worker.cpuUsage(), worker.getHeapStatistics()])
      .then(([cpu, heap]) => this.#take(attempt, lane, cpu, heap))
      // It is gone.
      .catch(() => undefined)
      .finally(() => this.#asking.delete(attempt))
    this.#asking.set(attempt, asked)
    return asked
  }

  #take(
    attempt: PendingAttempt,
    lane: Lane,
    { user, system }: NodeJS.CpuUsage,
    { used_heap_size: heap, external_memory: outside }: { used_heap_size: number; external_memory: number },
  ): void {
    const cpuAtBegin = lane.cpuAtBegin(attempt)
    if (lane.attempt !== attempt || cpuAtBegin === undefined) return
    // It may have begun between the question and this answer, which is of before then.
    const cpuUs = Math.max(0, user + system - cpuAtBegin)
    this.told(attempt, { cpuMs: Math.round(cpuUs / 10) / 100, peakHeapBytes: heap })
    const { memoryMb } = attempt.request
    if (memoryMb === undefined || attempt.killed !== undefined) return
    const limit = (memoryMb + youngGenerationMb) * 2 ** 20
    const used = heap + outside
    if (used <= limit) this.#pastLimit.delete(attempt)
    // What is there to be collected counts as well: near the limit it gets the time for that.
    else if (used > 2 * limit || this.#pastLimit.has(attempt)) this.#parts.onTooMuchMemory(attempt, lane)
    else this.#pastLimit.add(attempt)
  }
}
