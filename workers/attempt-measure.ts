import { getHeapStatistics } from 'node:v8'

/** CPU time of this thread so far, in µs; a system call, about 1 µs. */
function cpuNow(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** What one attempt uses of its thread. */
export class AttemptMeasure {
  readonly #cpuAtBegin = cpuNow()
  #peakHeapBytes = 0

  /** Writes into `begun`, which the runner reads: whose the CPU time from here on is. */
  constructor(seq: number, begun: Float64Array) {
    begun[1] = this.#cpuAtBegin
    begun[0] = seq
  }

  sampleHeap(): void {
    this.#peakHeapBytes = Math.max(this.#peakHeapBytes, getHeapStatistics().used_heap_size)
  }

  read(): { cpuMs: number; peakHeapBytes: number } {
    this.sampleHeap()
    const cpuMs = Math.round((cpuNow() - this.#cpuAtBegin) / 10) / 100
    return { cpuMs, peakHeapBytes: this.#peakHeapBytes }
  }
}

const heapEveryMs = 100

/**
 * Looks at the heap now and then while attempts run. One timer serves many short ones, and ends when it finds
 * none, so that neither they nor an idle thread pay for it.
 */
export class HeapWatch {
  readonly #current: () => AttemptMeasure | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(current: () => AttemptMeasure | undefined) {
    this.#current = current
  }

  /** An attempt has begun. */
  wake(): void {
    this.#timer ??= setInterval(() => this.#look(), heapEveryMs).unref()
  }

  #look(): void {
    const measure = this.#current()
    if (measure !== undefined) return measure.sampleHeap()
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
