import { performance, type EventLoopUtilization } from 'node:perf_hooks'

/** Two looks closer together than this tell too little. */
const windowMs = 1_000

/** Answers how busy this process's event loop was since the look before, 0 to 1. Costs nothing between looks. */
export function createLoopMeter(): () => number {
  let last: EventLoopUtilization = performance.eventLoopUtilization()
  let lastAt = performance.now()
  let value = 0
  return () => {
    const now = performance.now()
    if (now - lastAt < windowMs) return value
    const current = performance.eventLoopUtilization()
    value = Math.min(1, Math.max(0, performance.eventLoopUtilization(current, last).utilization))
    last = current
    lastAt = now
    return value
  }
}
