import type { Lane } from './lane.ts'

/** A little more than the thread itself gives the services to be disposed of. */
const leaveLimitMs = 6_000

/** Ends a thread that runs no job, after its services have been disposed of. Never rejects. */
export async function endThread(lane: Lane): Promise<void> {
  if (lane.hasServices) {
    lane.post({ kind: 'leave' })
    const timer = setTimeout(() => lane.left.resolve(), leaveLimitMs)
    await lane.left.promise
    clearTimeout(timer)
  }
  await lane.worker.terminate()
}
