import type { Job } from '../../electron/contract/job.ts'
import type { Acknowledged } from './producer.ts'

/** What the jobs left outside of Toril. */
export interface Effects {
  begun: number
  done: number
  /** When it began, and when its work was done, each time, epoch ms. */
  begunAt: number[]
  doneAt: number[]
}

export interface Account {
  /** Acknowledged, and not ended as it has to, or without its effect: one line each. */
  lost: string[]
  /** Ended as it has to, yet told wrongly. */
  wrong: string[]
  /** Jobs whose work was done more than once; at least once is what is promised. */
  runTwice: number
  /** Those among them that no blow explains: one line each. */
  unexplained: string[]
}

/** Lines of the file where the attempts leave their effects: `<id> begun|done <attempt> <way> <epoch ms>`. */
export function readLedger(text: string): Map<string, Effects> {
  const effects = new Map<string, Effects>()
  for (const line of text.split('\n')) {
    const [id, word, , , at] = line.split(' ')
    if (id === undefined || (word !== 'begun' && word !== 'done')) continue
    const found = effects.get(id) ?? { begun: 0, done: 0, begunAt: [], doneAt: [] }
    found[word] += 1
    found[word === 'done' ? 'doneAt' : 'begunAt'].push(Number(at ?? 0))
    effects.set(id, found)
  }
  return effects
}

const none: Effects = { begun: 0, done: 0, begunAt: [], doneAt: [] }
/** A blow is noted a moment before or after it falls. */
const blurMs = 250

/** What has become of each acknowledged job, by its id and by its effects. `blows`: when runners and threads were ended. */
export function settleAccount(
  acknowledged: ReadonlyMap<string, Acknowledged>,
  jobs: ReadonlyMap<string, Job>,
  effects: ReadonlyMap<string, Effects>,
  blows: readonly number[],
): Account {
  const account: Account = { lost: [], wrong: [], runTwice: 0, unexplained: [] }
  for (const [id, wanted] of acknowledged) {
    const effect = effects.get(id) ?? none
    const loss = lossOf(wanted, jobs.get(id), effect)
    if (loss === undefined)
      account.wrong.push(...faultsOf(wanted, jobs.get(id), effect).map((what) => `${id}: ${what}`))
    else account.lost.push(`${id}: ${loss}`)
  }
  for (const [id, { done, doneAt }] of effects) {
    if (done < 2) continue
    account.runTwice += 1
    if (!isExplained(doneAt, blows)) account.unexplained.push(`${id}: its work was done at ${doneAt.join(', ')}`)
  }
  return account
}

/** Between two times there must be a blow: what was done was not yet told when its runner or its thread was ended. */
function isExplained(doneAt: readonly number[], blows: readonly number[]): boolean {
  return doneAt.every((at, index) => {
    const next = doneAt[index + 1]
    return next === undefined || blows.some((blow) => blow >= at - blurMs && blow <= next + blurMs)
  })
}

function lossOf({ ending }: Acknowledged, job: Job | undefined, { done }: Effects): string | undefined {
  // Taken out before it ran: nothing has to be left of it.
  if (job === undefined) return ending === 'cancelled' || ending === 'any' ? undefined : 'there is no such job'
  const finished = job.state === 'completed' || job.state === 'failed' || job.state === 'cancelled'
  if (!finished) return `it is still ${job.state}`
  if (ending === 'completed' && job.state !== 'completed') return `it ${job.state}: ${job.error?.message ?? ''}`
  if (job.state === 'completed' && done === 0) return 'it is completed, and left no effect'
  return undefined
}

function faultsOf(wanted: Acknowledged, job: Job | undefined, { begun, begunAt, doneAt }: Effects): string[] {
  const { n, ending, stoppedAt } = wanted
  const faults: string[] = []
  const later = [...begunAt, ...doneAt].filter((at) => stoppedAt !== undefined && at > stoppedAt)
  if (later.length > 0) faults.push(`it was cancelled for good at ${stoppedAt}, and went on at ${later.join(', ')}`)
  if (ending === 'cancelled' && stoppedAt === undefined && begun > 0)
    faults.push(`it was cancelled before it began, and began ${begun} times`)
  if (job === undefined) return faults
  if (ending !== 'any' && job.state !== ending) faults.push(`it is ${job.state} and not ${ending}`)
  if (job.state === 'completed' && job.result !== n)
    faults.push(`its result is ${JSON.stringify(job.result)}, not ${n}`)
  const open = job.attempts.filter(({ outcome }) => outcome === undefined)
  if (open.length > 0) faults.push(`${open.length} attempts have no outcome`)
  const last = job.attempts.at(-1)
  // The only attempt it has may be the one that was ended with its thread.
  const ended = ending === 'failed' && last?.outcome === 'cancelled' && last.cancelReason !== undefined
  if (job.state !== 'cancelled' && last?.outcome !== job.state && !ended) {
    faults.push(`it is ${job.state}, and its last attempt ${last?.outcome ?? 'missing'}`)
  }
  const numbers = job.attempts.map(({ number }) => number)
  if (new Set(numbers).size !== numbers.length) faults.push(`its attempts have the numbers ${numbers.join(', ')}`)
  return faults
}
