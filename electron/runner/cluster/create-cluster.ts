import { TorilError } from '../../contract/errors.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { History } from '../history/history.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { LiveRunners } from '../jobs/live-runners.ts'
import type { RunnerQueue } from '../queue/create-job-queue.ts'
import { unlessAway } from '../outage.ts'
import { createCancelElsewhere, type CancelElsewhere } from './cancel-elsewhere.ts'
import { createCancelWishes, type CancelWishes } from './cancel-wishes.ts'
import { createHandOver, type HandOver } from './hand-over.ts'
import { createKeptCancels, type KeptCancels } from './kept-cancels.ts'
import { hearOthers } from './hear-others.ts'
import { presenceNewsSchema, type Load } from './job-news.ts'
import { createRelay, type Relay } from './relay.ts'
import { Taking } from './runner-control.ts'
import { createTellOthers, type TellOthers } from './tell-others.ts'
import { createTellRemoved, type TellRemoved } from './tell-removed.ts'

export interface ClusterParts {
  ownId: string
  queue: RunnerQueue
  board: JobBoard
  history: History
  runners: LiveRunners
  catalog: Catalog
  load: () => Load
  /** How many jobs this runner takes at a time. */
  concurrency: () => number
  stopping: () => boolean
  mayWork: () => boolean
  takeOver: (id: string, token: string) => Promise<boolean>
  onProblem: (message: string) => void
}

/** What this runner has to do with the others of its queue. */
export interface Cluster {
  relay: Relay
  taking: Taking
  handOver: HandOver
  wishes: CancelWishes
  keptCancels: KeptCancels
  telling: TellOthers
  tellingRemoved: TellRemoved
  cancelElsewhere: CancelElsewhere
  /** Whether another runner that lives has told something: then it also tells how its jobs end. */
  othersTell(): boolean
  /** Tells what is still untold, and that this runner goes. */
  close(): Promise<void>
}

export function createCluster(parts: ClusterParts): Cluster {
  const { ownId, queue, board, history, runners } = parts
  const relay = createRelay({
    ownId,
    open: (listener) => queue.openRelay(listener),
    answerMs: queue.timing.relayAnswerMs,
    onProblem: parts.onProblem,
  })
  const taking = new Taking(board, parts.mayWork)
  const wishes = createCancelWishes(queue.notes)
  const keptCancels = createKeptCancels(wishes, parts.onProblem)
  const telling = createTellOthers({
    ownId,
    board,
    relay,
    history: history.place,
    load: parts.load,
    onProblem: parts.onProblem,
  })
  hearOthers({
    ownId,
    board,
    writer: history.writer,
    relay,
    history: history.place,
    onLoad: (id, load) => runners.heard(id, load),
  })
  const handOver = createHandOver({
    relay,
    runners,
    catalog: parts.catalog,
    board,
    concurrency: parts.concurrency,
    takeOver: parts.takeOver,
    takes: () => taking.takes && !parts.stopping(),
    promote: (id) => queue.promote(id),
  })
  const cancelElsewhere = createCancelElsewhere({
    ownId,
    relay,
    runners,
    queue,
    wishes,
    lockMs: queue.timing.lockMs,
  })
  const hasOthers = (): boolean => runners.lastSeen().length > 1

  const tellingRemoved = createTellRemoved({
    relay,
    board,
    history: history.place,
    hasOthers,
    onProblem: parts.onProblem,
  })

  const notTold = unlessAway(parts.onProblem, 'The other runners could not be told of this one')
  const say = (state: 'here' | 'changed' | 'gone'): Promise<void> =>
    // While the server is away others learn it with their next look.
    relay.tell('presence', { state }).catch((error: unknown) => {
      // One that only looks is silent: the others need not know of it.
      if (error instanceof TorilError && error.code === 'READ_ONLY') return
      notTold(error)
    })

  const heardFrom = new Set<string>()
  relay.hear('presence', presenceNewsSchema, ({ state }, from) => {
    if (state === 'gone') heardFrom.delete(from)
    else heardFrom.add(from)
    runners.lookAgain()
    // One that has just come has not heard of those that were here before.
    if (state === 'here') {
      void say('changed')
      telling.tellRunning()
    }
  })
  runners.onLook(() => telling.setAudience(hasOthers()))
  let introduced = false
  runners.onPublished(() => {
    if (!introduced || hasOthers()) void say(introduced ? 'changed' : 'here')
    introduced = true
  })
  // After an outage the others are told anew what runs here, and tell what runs there.
  relay.onListening(() => {
    runners.lookAgain()
    if (introduced) void say('here')
    telling.tellRunning()
  })

  return {
    relay,
    taking,
    handOver,
    wishes,
    keptCancels,
    telling,
    tellingRemoved,
    cancelElsewhere,
    // Asked for each job that comes or ends, and alone on the queue there is nobody to look for.
    othersTell: () => heardFrom.size > 0 && runners.lastSeen().some((runner) => heardFrom.has(runner.id)),
    async close() {
      await keptCancels.close()
      await telling.close()
      await tellingRemoved.close()
      if (hasOthers()) await say('gone')
      await relay.close()
    },
  }
}
