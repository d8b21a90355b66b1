import * as z from 'zod'
import { TorilError } from '../../contract/errors.ts'
import type { Runner } from '../../contract/runner.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { LiveRunners } from '../jobs/live-runners.ts'
import type { Relay } from './relay.ts'

const offerSchema = z.object({ id: z.string(), type: z.string(), token: z.string() })
const answerSchema = z.object({ offered: z.enum(['taken', 'later', 'refused']) })
/**
 * `taken`: the other runner has the job now. `later`: it will make the job ready once it has room; put it
 * back until then. `refused`: no runner that knows the type answers.
 */
export type Offered = z.infer<typeof answerSchema>['offered']

/** Jobs of others that wait for a free place here; the rest wait in the queue until they are ready by themselves. */
const waitingLimit = 1_000
/** How long a place is kept for a job that is on its way. */
const keptMs = 2_000
/** One that has not answered by then does not keep the next one from being asked too; only one of them can take it. */
const impatientMs = 250
/** A job that was put off a moment ago may not be back in the queue yet. */
const againMs = 50
const triesLimit = 10

export interface HandOverParts {
  relay: Relay
  runners: Pick<LiveRunners, 'lastSeen'>
  catalog: Pick<Catalog, 'get'>
  board: Pick<JobBoard, 'running' | 'activeCount'>
  /** How many jobs this runner takes at a time. */
  concurrency: () => number
  takes: () => boolean
  /** Goes on with a job that another runner holds under this token; false when it no longer does. */
  takeOver: (id: string, token: string) => Promise<boolean>
  /** Makes a job put aside ready; false when it is not put aside. */
  promote: (id: string) => Promise<boolean>
}

/** Gives jobs to runners that know their types, and takes those that others offer. */
export interface HandOver {
  offer(job: z.infer<typeof offerSchema>): Promise<Offered>
  /** What was done with a job here is over: there may be room now for what was put off. */
  ended(id: string): void
}

/**
 * A queue gives a job to whoever asks first. So the wrong runner hands the job on together with its hold on
 * it, and the right one goes on: the job is never between the two, and nobody turns it round and round.
 */
export function createHandOver(parts: HandOverParts): HandOver {
  const { relay, runners, board } = parts
  /** With how often it could not be made ready yet. */
  const putOff = new Map<string, number>()
  const onTheWay = new Map<string, NodeJS.Timeout>()
  const foreign = new Set<string>()
  /** Runners that did not answer an offer, and when they were asked, epoch ms. */
  const silent = new Map<string, number>()

  /**
   * A runner that is always busy takes some beyond its own: the next job is fetched as one ends, so there
   * would never be a free place for what others found first.
   */
  function hasRoom(): boolean {
    for (const id of onTheWay.keys()) if (board.running(id) !== undefined) arrived(id)
    for (const id of foreign) if (board.running(id) === undefined && !onTheWay.has(id)) foreign.delete(id)
    const active = board.activeCount + onTheWay.size
    return active < parts.concurrency() || foreign.size < Math.max(1, Math.floor(parts.concurrency() / 2))
  }

  function expect(id: string): void {
    foreign.add(id)
    onTheWay.set(id, setTimeout(() => ended(id), keptMs).unref())
  }

  function arrived(id: string): void {
    clearTimeout(onTheWay.get(id))
    onTheWay.delete(id)
  }

  function ended(id: string): void {
    arrived(id)
    if (putOff.size > 0) roomMade()
  }

  function roomMade(): void {
    for (const [id, tries] of putOff) {
      if (!parts.takes() || !hasRoom()) return
      putOff.delete(id)
      // Whoever finds it first: this runner keeps a place for it, also if it is offered once more.
      expect(id)
      parts.promote(id).then(
        (ready) => {
          if (!ready) tooEarly(id, tries + 1)
        },
        // Away: it becomes ready by itself.
        () => ended(id),
      )
    }
  }

  /** The runner that offered it is still to put it back; or it is gone, and then a few tries do no harm. */
  function tooEarly(id: string, tries: number): void {
    ended(id)
    if (tries >= triesLimit || board.running(id) !== undefined) return
    setTimeout(() => {
      putOff.set(id, tries)
      roomMade()
    }, againMs).unref()
  }

  async function take({ id, type, token }: z.infer<typeof offerSchema>): Promise<Offered> {
    if (parts.catalog.get(type) === undefined || !parts.takes()) return 'refused'
    if (!onTheWay.has(id) && !hasRoom()) {
      if (putOff.size >= waitingLimit) return 'refused'
      putOff.set(id, 0)
      return 'later'
    }
    arrived(id)
    expect(id)
    if (await parts.takeOver(id, token)) return 'taken'
    ended(id)
    return 'refused'
  }

  relay.answer('take', offerSchema, async (offer) => ({ offered: await take(offer) }))

  /** Those with the most room first. One that was silent is left out until it is heard of again. */
  function candidates(type: string): Runner[] {
    return runners
      .lastSeen()
      .filter((runner) => !runner.self && runner.state === 'taking' && runner.jobTypes.includes(type))
      .filter(({ id, lastSeenAt }) => Date.parse(lastSeenAt) > (silent.get(id) ?? -Infinity))
      .toSorted((one, other) => other.concurrency - other.active - (one.concurrency - one.active))
  }

  /** One that does not answer is as good as one that refuses. */
  async function ask({ id }: Runner, job: z.infer<typeof offerSchema>): Promise<Offered> {
    const askedAt = Date.now()
    try {
      const { offered } = await relay.ask(id, 'take', job, answerSchema)
      silent.delete(id)
      return offered
    } catch (error) {
      if (error instanceof TorilError && error.code === 'RUNNER_SILENT') silent.set(id, askedAt)
      return 'refused'
    }
  }

  function offer(job: z.infer<typeof offerSchema>): Promise<Offered> {
    const { promise, resolve } = Promise.withResolvers<Offered>()
    const left = candidates(job.type)
    let asked = 0
    let over = false

    function askNext(): void {
      const runner = over ? undefined : left.shift()
      if (runner === undefined) {
        if (asked === 0) resolve('refused')
        return
      }
      asked += 1
      const impatience = setTimeout(askNext, impatientMs).unref()
      void ask(runner, job).then((offered) => {
        clearTimeout(impatience)
        asked -= 1
        if (offered !== 'refused') {
          over = true
          resolve(offered)
        } else askNext()
      })
    }

    askNext()
    return promise
  }

  return { offer, ended }
}
