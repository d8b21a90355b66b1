import type { Worker } from 'node:worker_threads'

/** How often a thread that loads is looked at, in parts of the limit. */
const looks = 20
/** Past so many limits it is late whatever the reason. */
const longest = 6

export type MeasuredThread = Pick<Worker, 'cpuUsage'> & {
  performance: Pick<Worker['performance'], 'eventLoopUtilization'>
}

/** What a thread has done since it was started, in ms. */
interface Spent {
  cpu: number
  idle: number
}

async function spentBy(thread: MeasuredThread): Promise<Spent> {
  const { user, system } = await thread.cpuUsage()
  return { cpu: (user + system) / 1000, idle: thread.performance.eventLoopUtilization().idle }
}

/**
 * Calls `late` once a thread has computed for `limitMs`, as in an endless loop, or has waited for so long, as for a
 * promise that nobody keeps. Time in which a busy machine let it do neither does not count, up to six times the limit.
 * `late` is told which of the two it was. Answers a function that ends the watch.
 */
export function limitLoading(thread: MeasuredThread, limitMs: number, late: (afterMs: number) => void): () => void {
  const began = performance.now()
  let first: Spent | undefined
  let over = false

  function end(): void {
    over = true
    clearInterval(timer)
  }

  async function look(): Promise<void> {
    if (performance.now() - began >= longest * limitMs) return giveUp(longest * limitMs)
    // Not up yet, or ended: then its end tells.
    const spent = await spentBy(thread).catch(() => undefined)
    first ??= spent
    if (spent === undefined || first === undefined) return
    if (spent.cpu - first.cpu >= limitMs || spent.idle - first.idle >= limitMs) giveUp(limitMs)
  }

  function giveUp(afterMs: number): void {
    if (over) return
    end()
    late(afterMs)
  }

  const timer = setInterval(() => void look(), limitMs / looks)
  void look()
  return end
}
