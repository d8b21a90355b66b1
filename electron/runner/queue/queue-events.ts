import { setTimeout as pause } from 'node:timers/promises'
import { QueueEvents, type BackendFactory, type IQueueBackend } from 'bullmq'
import { progressSchema } from '../../contract/job.ts'
import type { QueueEvent, QueueState } from './job-queue.ts'
import type { QueueServer } from './queue-server.ts'
import { within } from './within.ts'

/** How long a close waits for the server. */
const closeMs = 3_000
const awayCloseMs = 250
/**
 * What comes so soon after the last read is read together. Each read wakes the process, and a single job has four
 * events; nothing that depends on an event is shown sooner than this.
 */
const gatherMs = 25
/** A read that brought so many has left more behind: the next follows at once. BullMQ reads 100 at most on PostgreSQL. */
const manyEvents = 50

export interface EventFeed {
  /** The first listener opens the connection. Returns a function that stops listening. */
  listen(listener: (event: QueueEvent) => void): () => void
  close(): Promise<void>
}

export interface EventFeedParts {
  name: string
  server: QueueServer
  report: (message: string) => void
  isAway: () => boolean
}

/** BullMQ's events as Toril's own. On PostgreSQL some get lost under load, so they are hints. */
export function createEventFeed({ name, server, report, isAway }: EventFeedParts): EventFeed {
  const listeners = new Set<(event: QueueEvent) => void>()
  let source: QueueEvents<unknown, IQueueBackend> | undefined
  let closed = false

  function emit(event: QueueEvent): void {
    for (const listener of listeners) listener(event)
  }

  /** BullMQ reads on as soon as it has told of the last events. */
  const gathering: BackendFactory = (...args) => {
    const backend = server.listening(...args)
    const read = backend.readEvents.bind(backend)
    let rest = Promise.resolve()
    backend.readEvents = async (id, blockTimeout) => {
      await rest
      const found = await read(id, blockTimeout)
      const count = found?.[0]?.[1].length ?? 0
      rest = count === 0 || count >= manyEvents ? Promise.resolve() : pause(gatherMs)
      return found
    }
    return backend
  }

  function open(): void {
    const events = new QueueEvents<unknown, IQueueBackend>(
      name,
      { connection: {}, lastEventId: '$', autorun: false },
      gathering,
    )
    source = events
    const state =
      (to: QueueState) =>
      ({ jobId }: { jobId: string }): void =>
        emit({ kind: 'state', id: jobId, state: to })
    events.on('error', (error) => {
      if (!closed && !server.isOutage(error)) report(`The queue's events: ${error.message}`)
    })
    events.on('added', ({ jobId, name: type }) => emit({ kind: 'added', id: jobId, type }))
    events.on('waiting', state('waiting'))
    events.on('delayed', state('delayed'))
    events.on('waiting-children', state('waiting-children'))
    events.on('active', state('active'))
    events.on('completed', state('completed'))
    events.on('failed', state('failed'))
    events.on('stalled', state('waiting'))
    events.on('removed', ({ jobId }) => emit({ kind: 'removed', id: jobId }))
    events.on('progress', ({ jobId, data }) => {
      const progress = progressSchema.safeParse(data)
      if (progress.success) emit({ kind: 'progress', id: jobId, progress: progress.data })
    })
    events.on('paused', () => emit({ kind: 'paused' }))
    events.on('resumed', () => emit({ kind: 'resumed' }))
    events
      .waitUntilReady()
      .then(() => events.run())
      .catch((error: unknown) => {
        if (closed) return
        // Refused or away at this moment: events are hints, and the next listener tries again.
        if (source === events) source = undefined
        void events.close().catch(() => undefined)
        report(`The queue's events cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      })
  }

  return {
    listen(listener) {
      listeners.add(listener)
      if (source === undefined && !closed) open()
      return () => listeners.delete(listener)
    },
    async close() {
      closed = true
      listeners.clear()
      // It disconnects, then asks the server for a farewell: without a server that would be waited for for ever.
      if (source !== undefined) await within(source.close(), isAway() ? awayCloseMs : closeMs)
    },
  }
}
