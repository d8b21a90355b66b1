import type { FoundQueue } from '../../../contract/found-queue.ts'

/** A queue as the server alone tells it. */
export type ScannedQueue = Omit<FoundQueue, 'jobTypes' | 'chosen'> & { jobNames: string[] }

export interface Scanned {
  queues: ScannedQueue[]
  cut?: string
}

export interface ScanLimits {
  /** Looking ends after this; what was found by then is answered. */
  scanMs: number
  queues: number
  /** How long one question may take. */
  answerMs: number
}

/** A server with ten million keys is looked through in about so long. */
export const scanLimits: ScanLimits = { scanMs: 5_000, queues: 200, answerMs: 4_500 }

/** Names told of one queue, and jobs of each state that are asked for theirs. */
export const nameLimit = 20
export const sampleSize = 10

/** `bullmq:6.7.0`, as BullMQ writes it; ports of it put their own name before the colon. */
export function versionOf(text: string | null | undefined): { bullmqVersion?: string } {
  if (typeof text !== 'string' || text === '') return {}
  return { bullmqVersion: text.replace(/^bullmq:/, '') }
}

export function namesOf(names: Iterable<string | null>): string[] {
  const found = new Set<string>()
  for (const name of names) if (name !== null && found.size < nameLimit) found.add(name)
  return [...found].sort()
}
