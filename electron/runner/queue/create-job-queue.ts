import { Queue } from 'bullmq'
import { TorilError } from '../../contract/errors.ts'
import type { SystemInfo } from '../../contract/runner.ts'
import { watchConnection } from './connection-watch.ts'
import { startConsumer } from './consumer.ts'
import { createEventFeed } from './queue-events.ts'
import { createJobLookup } from './job-lookup.ts'
import { bullOptions, createJobIds, queuedJob, type BullQueue } from './job-mapping.ts'
import { createNoConsumer } from './no-consumer.ts'
import type { Consumer, JobQueue } from './job-queue.ts'
import { openPostgresServer } from './postgres-server.ts'
import { createPresence, type Presence } from './presence.ts'
import type { NoteStore, RelayLine, RelayListener } from './relay-line.ts'
import { createProblemReporter } from './problem-reporter.ts'
import { defaultTiming, type QueueConfig, type QueueTiming } from './queue-config.ts'
import type { QueueServer } from './queue-server.ts'
import { createStandstill } from './standstill.ts'
import { createRetryPace } from './retry-pace.ts'
import { openRedisServer } from './redis-server.ts'
import { cleanJson, cleanText } from './sanitize-json.ts'
import { reasonOf, unavailable } from './server-refusal.ts'
import { readFamily } from './job-family.ts'
import { countJobs, pageIds } from './page-ids.ts'
import { obliterate, readContents, removeJob } from './queue-contents.ts'
import { readLimits, writeRateLimit } from './queue-limits.ts'
import { alwaysOwn, claimQueue, createOwnership } from './ownership.ts'
import { createTrimmer } from './trim.ts'
import { followWantedJobs } from './wanted-jobs.ts'

/** The queue, and who works on it. */
export interface RunnerQueue extends JobQueue {
  readonly presence: Presence
  readonly notes: NoteStore
  readonly timing: QueueTiming
  /** Listens to the other runners of this queue; connects in the background. */
  openRelay(listener: RelayListener): RelayLine
  /** What the user should know of the server, e.g. that it may throw jobs away. */
  notices(): SystemInfo['notices']
  /** Whether no other program has it: it was not there before Toril, and none has ended a job of it since. */
  isOwn(): boolean
  /** Told when it turns out not to be. Returns a function that stops listening. */
  onGivenUp(listener: () => void): () => void
}

/**
 * Connects to the queue. Rejects UNAVAILABLE with one clear sentence when the server refuses, is away, is
 * too old, or speaks something else. From then on an outage is survived: methods reject while it lasts.
 */
export async function createJobQueue(config: QueueConfig): Promise<RunnerQueue> {
  const timing = { ...defaultTiming, ...config.timing }
  const { answerMs, pingMs } = timing
  const report = createProblemReporter(config.onProblem)
  const { name } = config
  const pace = createRetryPace()
  const { readOnly } = config
  const isReadOnly = readOnly !== undefined
  const server =
    config.backend.kind === 'postgres'
      ? await openPostgresServer({ ...config.backend, prepare: readOnly?.prepare ?? true, answerMs, pace })
      : await openRedisServer({
          target: config.backend,
          queueName: name,
          prefix: config.prefix ?? 'bull',
          readOnly: isReadOnly,
          answerMs,
          pace,
        })
  const onOwnServer = config.ownServer === true
  const { queue, presenceStore, noteStore, claimed } = await openWithin(server, async (opened) => {
    const noteStore = await server.notes(name)
    const presenceStore = await server.presence(name, timing.presenceTtlMs)
    // Before the queue is opened, which makes it.
    const claimed = !isReadOnly && (onOwnServer || (await claimQueue(noteStore, () => server.holds(name))))
    const queue: BullQueue = new Queue(name, { connection: {}, skipMetasUpdate: !claimed }, server.asking)
    queue.on('error', (error) => {
      if (!server.isOutage(error)) report(`The queue: ${error.message}`)
    })
    opened(queue)
    await queue.waitUntilReady()
    return { queue, presenceStore, noteStore, claimed }
  })
  const watch = watchConnection({ server, pace, pingMs, answerMs, report })
  const events = createEventFeed({ name, server, report, isAway: () => watch.current().state !== 'live' })
  const presence = createPresence({
    store: presenceStore,
    id: config.runnerId,
    beatMs: timing.presenceBeatMs,
    silent: isReadOnly,
    ask: watch.ask,
  })
  const again = { again: true }
  /** A question that changes something. */
  const change: typeof watch.ask = async (question, options) => {
    readOnly?.refuse()
    return watch.ask(question, options)
  }
  const notes: NoteStore = {
    put: (key, text, ttlMs) => change(() => noteStore.put(key, text, ttlMs), again),
    get: (key) => watch.ask(() => noteStore.get(key), again),
    remove: (key) => change(() => noteStore.remove(key), again),
  }
  const ownership = onOwnServer ? alwaysOwn : createOwnership(claimed, notes)
  const finished = server.finished(name)
  const trim = createTrimmer({ finished, ask: watch.ask, onTheirs: () => ownership.giveUp() })
  const consumers = new Set<Consumer>()
  const stops = new Set<() => void>()
  const standstill = createStandstill({ queue, watch, refuse: () => readOnly?.refuse(), report })
  const lookup = createJobLookup(queue, server, name, (job) => ownership.saw(job))
  const newId = createJobIds()

  const runnerQueue: RunnerQueue = {
    backend: server.backend,
    name,
    presence,
    notes,
    timing,
    openRelay(listener) {
      const line = server.relay({ ...listener, queueName: name, id: config.runnerId, notes, report })
      return { send: (to, text) => change(() => line.send(to, text)), close: () => line.close() }
    },
    notices: () => [...server.notices],
    isOwn: () => ownership.isOwn(),
    onGivenUp: (listener) => ownership.onGivenUp(listener),
    async add(type, input, options) {
      const clean = cleanJson(input)
      const opts = bullOptions(newId(), clean, options)
      return change(async () => {
        const added = await queue.add(cleanText(type), clean, opts)
        if (added.id === opts.jobId) return queuedJob(added, options.delayMs ? 'delayed' : 'waiting', dueOf(added))
        const existing = await lookup.one(added.id ?? '')
        // It ended between the two questions: what it was found as is all there is to say.
        return existing ?? queuedJob(added, 'waiting')
      }, again)
    },
    get: (id) => watch.ask(() => lookup.one(id), again),
    page: (state, offset, limit) =>
      watch.ask(async () => lookup.several(await pageIds(queue, state, offset, limit), state), again),
    counts: () => watch.ask(() => countJobs(queue), again),
    isPaused: () => watch.ask(() => queue.isPaused(), again),
    limits: () => watch.ask(() => readLimits(queue), again),
    setRateLimit: (limit) => change(() => writeRateLimit(queue, limit), again),
    placeOf: (id) => watch.ask(() => server.placeOf(name, id), again),
    family: (id) =>
      watch.ask(async () => {
        const job = await queue.getJob(id)
        if (job === undefined) return undefined
        return readFamily(queue, job, (await queue.getJobState(id)) === 'waiting-children')
      }, again),
    pause: () => change(() => queue.pause(), again),
    resume: () => change(() => queue.resume(), again),
    holdStill: () => standstill.begin(),
    goOn: () => standstill.end(),
    remove: (id) =>
      change(async () => {
        // Redis's backend answers "removed" also for what was never there.
        if ((await queue.getJobState(id)) === 'unknown') return false
        const removed = await removeJob(queue, id)
        if (removed && !server.tellsOfRemoval) await queue.getBackend().publishEvent({ event: 'removed', jobId: id }, 0)
        return removed
      }),
    promote: (id) =>
      change(async () => {
        const state = await queue.getJobState(id)
        if (state !== 'delayed') return false
        return refusedIsFalse(server, () => queue.getBackend().promote(id))
      }),
    retry: (id) =>
      change(async () => {
        const job = await queue.getJob(id)
        const state = await queue.getJobState(id)
        if (job === undefined || (state !== 'completed' && state !== 'failed')) return false
        return refusedIsFalse(server, () => job.retry(state, { resetAttemptsMade: true }))
      }),
    async trim(wanted, endedBefore, before) {
      if (isReadOnly) return
      await ownership.learn()
      await trim(wanted, endedBefore, before)
    },
    contents: () => watch.ask(() => readContents(queue), again),
    obliterate: () => obliterate(queue, change),
    async consume(processor, { concurrency, onSettled, onTakenAway, types }) {
      if (isReadOnly) return createNoConsumer()
      const { runnerId } = config
      const shared = { name, runnerId, server, watch, timing, report, queue }
      const wanted = followWantedJobs(types)
      const deaf = types === undefined ? undefined : events.listen((event) => wanted.heard(event))
      stops.add(() => {
        deaf?.()
        wanted.close()
      })
      const starting = startConsumer({
        ...shared,
        processor,
        concurrency,
        wanted,
        onSettled,
        onTakenAway: (id, by) => onTakenAway?.(id, by),
      })
      const consumer = await watch
        .ask(() => starting)
        .catch((error: unknown) => {
          // Given up on here, it must not come to life when the server is back.
          starting.then((late) => late.close(0)).catch(() => undefined)
          throw error
        })
      consumers.add(consumer)
      return consumer
    },
    onEvent: (listener) => events.listen(listener),
    connection: () => watch.current(),
    tryNow: () => watch.tryNow(),
    onConnection: (listener) => watch.onChange(listener),
    async close() {
      for (const stop of stops) stop()
      await presence.close()
      await Promise.all([...consumers].map((consumer) => consumer.close(0)))
      await standstill.close()
      await events.close()
      watch.close()
      await queue.close().catch(() => undefined)
      await server.close()
    },
  }
  return runnerQueue
}

function dueOf(job: { timestamp: number; delay: number }): number | undefined {
  return job.delay > 0 ? job.timestamp + job.delay : undefined
}

/** BullMQ throws when a job is not where it was a moment ago; an outage stays an error. */
async function refusedIsFalse(server: QueueServer, move: () => Promise<unknown>): Promise<boolean> {
  try {
    await move()
    return true
  } catch (error) {
    if (server.isOutage(error) || !(error instanceof Error) || Reflect.get(error, 'code') === undefined) throw error
    return false
  }
}

/** Finishes the start or leaves nothing open behind. */
async function openWithin<T>(
  server: QueueServer,
  start: (opened: (queue: BullQueue) => void) => Promise<T>,
): Promise<T> {
  let queue: BullQueue | undefined
  try {
    return await start((made) => (queue = made))
  } catch (error) {
    await queue?.close().catch(() => undefined)
    await server.close()
    if (error instanceof TorilError) throw error
    throw unavailable(server.backend, server.label, reasonOf(error), error)
  }
}
