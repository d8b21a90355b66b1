import { receiveMessageOnPort, type MessagePort, type Worker } from 'node:worker_threads'
import type { Thread } from '../../contract/runner.ts'
import type { FromThread, Hello, ToThread } from '../../../workers/protocol.ts'
import type { PendingAttempt } from './pending-attempt.ts'

/** `dying`: told to end, not gone yet; its label may have been given on already. */
export type LaneState = 'starting' | 'idle' | 'busy' | 'dying'

/** What the runner measured of a thread when it last looked. */
export interface LaneSample {
  cpu?: number
  heapBytes?: number
  heapLimitBytes?: number
  loop?: number
}

/** A thread whose loop has not answered for this long is called blocked. */
const blockedAfterMs = 5_000

/** One worker thread as the pool sees it: its worker, its control port and the attempt it runs. */
export class Lane {
  readonly label: number
  readonly worker: Worker
  readonly threadId: number
  /** Heap limit its pool has; undefined for the default. */
  readonly memoryMb: number | undefined
  /** What its heap may have when nobody says; known once the thread is up, and no longer when it has ended. */
  defaultLimitMb: number | undefined
  readonly startedAt = new Date()
  state: LaneState = 'starting'
  attempt: PendingAttempt | undefined
  jobsDone = 0
  lastError: string | undefined
  idleSince = 0
  /** Replace it when it is free. */
  tainted = false
  /** One too many since the pool was made smaller: it ends when it is free. */
  retiring = false
  sample: LaneSample = {}
  /** It was said of it that it is blocked. */
  toldBlocked = false
  /** Its thread has something to dispose of. */
  hasServices = false
  /** Resolves when it has done so, or is gone. */
  readonly left = Promise.withResolvers<void>()
  #port: MessagePort | undefined
  #stopFlag: Int32Array | undefined
  #begun: Float64Array | undefined
  #pingedAt: number | undefined
  #lastPingAt = -Infinity
  #onMessage: ((message: FromThread) => void) | undefined

  constructor(label: number, worker: Worker, memoryMb: number | undefined) {
    this.label = label
    this.worker = worker
    this.threadId = worker.threadId
    this.memoryMb = memoryMb
  }

  /** The thread is up and handed over its control port. */
  connect(hello: Hello, onMessage: (message: FromThread) => void): void {
    this.#port = hello.port
    this.#stopFlag = hello.stopFlag
    this.#begun = hello.begun
    this.defaultLimitMb = this.worker.resourceLimits?.maxOldGenerationSizeMb
    hello.port.on('message', onMessage)
    // A pool with nothing to do must not keep the process alive.
    hello.port.unref()
    this.#onMessage = onMessage
  }

  post(message: ToThread): void {
    this.#port?.postMessage(message)
  }

  /** Raised first, so that a job which never yields looks into its port and finds the message. */
  askToStop(message: Extract<ToThread, { kind: 'stop' }>): void {
    this.post(message)
    if (this.#stopFlag !== undefined) Atomics.store(this.#stopFlag, 0, message.seq)
  }

  /** CPU time of the thread when this attempt began, in µs; undefined while it has not. */
  cpuAtBegin({ seq }: PendingAttempt): number | undefined {
    return this.#begun?.[0] === seq ? this.#begun[1] : undefined
  }

  /** Asks its loop for a sign of life, unless it has been asked within `everyMs` or still owes an answer. */
  ping(everyMs: number): void {
    const now = performance.now()
    if (this.#pingedAt !== undefined || now - this.#lastPingAt < everyMs) return
    this.#pingedAt = now
    this.#lastPingAt = now
    this.post({ kind: 'ping', id: 0 })
  }

  ponged(): void {
    this.#pingedAt = undefined
  }

  /** How long its loop has not answered; undefined while that is no time. */
  get blockedMs(): number | undefined {
    if (this.#pingedAt === undefined) return undefined
    const silentMs = Math.round(performance.now() - this.#pingedAt)
    return silentMs < blockedAfterMs ? undefined : silentMs
  }

  /** Reads now what the thread has sent, without waiting for the event loop. */
  drain(): void {
    if (this.#port === undefined) return
    let received = receiveMessageOnPort(this.#port)
    while (received !== undefined) {
      this.#onMessage?.(received.message as FromThread)
      received = receiveMessageOnPort(this.#port)
    }
  }

  describe(runnerId: string): Thread {
    const { attempt, sample, blockedMs } = this
    const { cpu, heapBytes, heapLimitBytes, loop } = sample
    return {
      id: `T${this.label}`,
      runner: runnerId,
      state: this.#shownState(blockedMs),
      ...(attempt === undefined
        ? {}
        : {
            job: {
              id: attempt.request.jobId,
              type: attempt.request.type,
              attempt: attempt.request.attempt,
              since: new Date(attempt.startedAt ?? this.startedAt).toISOString(),
            },
          }),
      jobsDone: this.jobsDone,
      startedAt: this.startedAt.toISOString(),
      ...(cpu === undefined ? {} : { cpu }),
      ...(heapBytes === undefined ? {} : { heapBytes }),
      ...(heapLimitBytes === undefined ? {} : { heapLimitBytes }),
      ...(loop === undefined ? {} : { loop }),
      ...(blockedMs === undefined ? {} : { blockedMs }),
      ...(this.lastError === undefined ? {} : { lastError: this.lastError }),
    }
  }

  #shownState(blockedMs: number | undefined): Thread['state'] {
    if (this.state === 'dying') return 'retiring'
    if (this.state !== 'busy') return this.state
    if (this.attempt?.asked !== undefined) return 'cancelling'
    if (blockedMs !== undefined) return 'blocked'
    return this.retiring ? 'retiring' : 'busy'
  }
}
