import * as z from 'zod'
import { TorilError } from '../../contract/errors.ts'
import { resizeSchema, runnerSchema, type Resize, type Runner } from '../../contract/runner.ts'
import type { Json } from '../../contract/json.ts'
import type { PreferencesPatch } from '../../contract/preferences.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { LiveRunners } from '../jobs/live-runners.ts'
import type { Consumer } from '../queue/job-queue.ts'
import type { Relay } from './relay.ts'

/** Whether this runner takes jobs. A restart forgets it: a runner that starts takes jobs. */
export class Taking {
  #wanted: 'taking' | 'paused' | 'draining' = 'taking'
  readonly #board: JobBoard
  readonly #mayWork: () => boolean

  /** `mayWork`: false while the profile is read-only, whatever is wanted of the runner. */
  constructor(board: JobBoard, mayWork: () => boolean) {
    this.#board = board
    this.#mayWork = mayWork
  }

  set(wanted: 'taking' | 'paused' | 'draining'): void {
    this.#wanted = wanted
  }

  get state(): Runner['state'] {
    if (this.#wanted === 'taking') return this.takes ? 'taking' : 'paused'
    return this.#wanted === 'draining' && this.#board.activeCount === 0 ? 'drained' : this.#wanted
  }

  get takes(): boolean {
    return this.#wanted === 'taking' && this.#mayWork()
  }
}

export interface RunnerControlParts {
  ownId: string
  relay: Relay
  runners: LiveRunners
  taking: Taking
  consumer: Consumer
  board: JobBoard
  resize: (patch: PreferencesPatch) => Promise<unknown>
  stopping: () => boolean
  mayWork: () => boolean
}

/** What was taken and has no thread yet goes back, for others to run or for later. What comes after this does so by itself. */
export function putBackUnstarted(board: JobBoard, why: string): void {
  for (const running of [...board.allRunning()]) {
    if (!running.started && running.cancel === undefined) running.run?.cancel(why)
  }
}

/** What can be done to this runner and to the others of the queue. Each answers the runner as it then is. */
export interface RunnerControl {
  pause(id: string): Promise<Runner>
  resume(id: string): Promise<Runner>
  drain(id: string): Promise<Runner>
  resize(id: string, size: Resize): Promise<Runner>
}

const takesNone =
  'The runner takes no jobs while its profile is read-only. Turn off read-only; if it was on when the profile was opened, use the profile anew.'

const nothing = z.object({})
/** What a runner says of itself; the one that asked knows when. */
const answerSchema = runnerSchema.omit({ self: true, lastSeenAt: true, clockSkewMs: true })

function patchOf({ minThreads, maxThreads, concurrency }: Resize): PreferencesPatch {
  return {
    pool: {
      ...(minThreads === undefined ? {} : { minThreads }),
      ...(maxThreads === undefined ? {} : { maxThreads }),
    },
    ...(concurrency === undefined ? {} : { queue: { concurrency } }),
  }
}

export function createRunnerControl(parts: RunnerControlParts): RunnerControl {
  const { ownId, relay, runners, taking, consumer, board } = parts

  function own(): Runner {
    const [first] = runners.lastSeen()
    if (first === undefined) throw new TorilError('INTERNAL', 'This runner does not know itself.')
    return first
  }

  async function changed(): Promise<Runner> {
    // The others see it with the next turn, should the server be away now.
    await runners.publish().catch(() => undefined)
    return own()
  }

  const here = {
    async pause() {
      taking.set('paused')
      await consumer.stopTaking()
      putBackUnstarted(board, 'The runner is paused.')
      return changed()
    },
    async resume() {
      if (parts.stopping()) throw new TorilError('RUNNER_STOPPING', 'The runner is stopping and takes no jobs.')
      if (!parts.mayWork()) throw new TorilError('READ_ONLY', takesNone)
      taking.set('taking')
      await consumer.start()
      return changed()
    },
    async drain() {
      taking.set('draining')
      await consumer.stopTaking()
      putBackUnstarted(board, 'The runner is being drained.')
      return changed()
    },
    async resize(size: Resize) {
      await parts.resize(patchOf(size))
      return changed()
    },
  }

  relay.answer('pause', nothing, async () => (await here.pause()) as unknown as Json)
  relay.answer('resume', nothing, async () => (await here.resume()) as unknown as Json)
  relay.answer('drain', nothing, async () => (await here.drain()) as unknown as Json)
  relay.answer('resize', resizeSchema, async (size) => (await here.resize(size)) as unknown as Json)

  async function there(id: string, what: 'pause' | 'resume' | 'drain' | 'resize', body: Json): Promise<Runner> {
    const seen = (await runners.list()).find((runner) => runner.id === id)
    if (seen === undefined) {
      throw new TorilError('RUNNER_NOT_FOUND', `No live runner of this queue has the id ${id}. It may have stopped.`)
    }
    try {
      const now = await relay.ask(id, what, body, answerSchema)
      return { ...seen, ...now, lastSeenAt: new Date().toISOString() }
    } catch (error) {
      if (!(error instanceof TorilError) || error.code !== 'RUNNER_SILENT') throw error
      const ago = Math.max(1, Math.round((Date.now() - Date.parse(seen.lastSeenAt)) / 1000))
      throw new TorilError(
        'RUNNER_SILENT',
        `${error.message} It runs on ${seen.host} and was last heard of ${ago} s ago.`,
      )
    }
  }

  return {
    pause: (id) => (id === ownId ? here.pause() : there(id, 'pause', {})),
    resume: (id) => (id === ownId ? here.resume() : there(id, 'resume', {})),
    drain: (id) => (id === ownId ? here.drain() : there(id, 'drain', {})),
    resize: (id, size) => (id === ownId ? here.resize(size) : there(id, 'resize', size as Json)),
  }
}
