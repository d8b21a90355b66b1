import type { EventLoopUtilization } from 'node:perf_hooks'
import { setTimeout as startTimeout } from 'node:timers'
import { setTimeout } from 'node:timers/promises'
import type { Lane } from './lane.ts'

const sampleEveryMs = 500
/** Who asks once gets a CPU share of this long. */
const glanceMs = 250
/** Measuring goes on so long for who asks again: a share of the CPU needs two looks. */
const lingerMs = 10_000

interface Last {
  at: number
  cpu?: NodeJS.CpuUsage
  loop?: EventLoopUtilization
  /** It has been asked for its numbers and has not answered, e.g. inside a call into the system. */
  asked?: boolean
}

/** Measures the threads twice a second while somebody looks, and does nothing otherwise. */
export class ThreadSampler {
  readonly #lanes: () => Lane[]
  readonly #last = new WeakMap<Lane, Last>()
  #watchers = 0
  #timer: NodeJS.Timeout | undefined
  #glance: { ready: Promise<void>; leave: () => void; timer: NodeJS.Timeout } | undefined

  constructor(lanes: () => Lane[]) {
    this.#lanes = lanes
  }

  watch(): () => void {
    this.#watchers += 1
    if (this.#timer === undefined) {
      this.#timer = setInterval(() => void this.#sampleAll(), sampleEveryMs).unref()
      void this.#sampleAll()
    }
    let over = false
    return () => {
      if (over) return
      over = true
      this.#watchers -= 1
      if (this.#watchers === 0) this.close()
    }
  }

  /** Resolves when the threads have numbers, for who asks once instead of watching. */
  async glance(): Promise<void> {
    if (this.#glance === undefined) {
      const leave = this.watch()
      const ready = setTimeout(glanceMs).then(() => Promise.race([this.#sampleAll(), setTimeout(glanceMs)]))
      this.#glance = { ready, leave, timer: this.#endGlanceLater() }
    } else {
      clearTimeout(this.#glance.timer)
      this.#glance.timer = this.#endGlanceLater()
    }
    await this.#glance.ready
  }

  #endGlanceLater(): NodeJS.Timeout {
    return startTimeout(() => {
      this.#glance?.leave()
      this.#glance = undefined
    }, lingerMs).unref()
  }

  close(): void {
    clearTimeout(this.#glance?.timer)
    this.#glance = undefined
    clearInterval(this.#timer)
    this.#timer = undefined
    // Old numbers would look like new ones to whoever asks later.
    for (const lane of this.#lanes()) {
      lane.sample = {}
      this.#last.delete(lane)
    }
  }

  async #sampleAll(): Promise<void> {
    const up = this.#lanes().filter(({ state }) => state !== 'starting')
    // A thread that ends meanwhile has no numbers any more.
    await Promise.allSettled(up.map((lane) => this.#sample(lane)))
  }

  async #sample(lane: Lane): Promise<void> {
    const now = performance.now()
    const last = this.#last.get(lane) ?? { at: now }
    this.#last.set(lane, last)
    lane.ping(sampleEveryMs)
    if (last.asked === true) return
    last.asked = true
    const { worker } = lane
    const loop = worker.performance.eventLoopUtilization()
    if (last.loop !== undefined) {
      // Idle time is counted when it ends, so the difference of two samples can leave 0 to 1 by a little.
      const { utilization } = worker.performance.eventLoopUtilization(loop, last.loop)
      lane.sample.loop = Math.min(1, Math.max(0, utilization))
    }
    const [cpu, heap] = await Promise.all([worker.cpuUsage(), worker.getHeapStatistics()])
    last.asked = false
    if (this.#timer === undefined) return
    const elapsedMs = now - last.at
    if (last.cpu !== undefined && elapsedMs > 0) {
      const usedMs = (cpu.user + cpu.system - last.cpu.user - last.cpu.system) / 1000
      lane.sample.cpu = Math.max(0, usedMs / elapsedMs)
    }
    lane.sample.heapBytes = heap.used_heap_size
    lane.sample.heapLimitBytes = heap.heap_size_limit
    Object.assign(last, { at: now, cpu, loop })
  }
}
