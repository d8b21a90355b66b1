import { Session } from 'node:inspector/promises'
import type { Worker } from 'node:worker_threads'

/** A call on the stack of a thread; line and column from 0. */
export interface PausedFrame {
  functionName: string
  url: string
  line: number
  column: number
}

export type Pause =
  | { kind: 'paused'; frames: PausedFrame[] }
  /** Its loop answers, and it runs nothing. */
  | { kind: 'idle' }
  /** It did not answer: it is inside one call into the system. */
  | { kind: 'silent' }
  | { kind: 'gone' }

/**
 * Looking at a spinning thread took 10 to 30 ms, the first time 150 ms. A machine with ten times the work it can
 * do took more than 2 s.
 */
export const answerMs = 5_000
/** A thread that runs anything is stopped in it at once. */
const pauseMs = 250

interface Location {
  scriptId: string
  lineNumber: number
  columnNumber?: number
}

interface CallFrame {
  functionName: string
  location: Location
  functionLocation?: Location
}

interface FromThread {
  id?: number
  method?: string
  /** Absent where the thread refused. */
  result?: { breakpointId?: string }
  params?: { callFrames?: CallFrame[]; scriptId?: string; url?: string }
}

function timeout(ms: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), ms).unref())
}

/** The debugger's line to one thread, by way of the main thread of this process. */
class DebuggerLine {
  readonly #session = new Session()
  readonly #answers = new Map<number, (result: FromThread['result']) => void>()
  readonly #scripts = new Map<string, string>()
  readonly #paused = Promise.withResolvers<CallFrame[]>()
  #target: string | undefined
  #lastId = 0

  get paused(): Promise<CallFrame[]> {
    return this.#paused.promise
  }

  /** False when there is no such thread. */
  async open(threadId: number): Promise<boolean> {
    const session = this.#session
    session.connect()
    // Its worker id is a number of the inspector's own; the number of the thread stands in the title.
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      if (params.workerInfo.title.startsWith(`[worker ${threadId}]`)) this.#target = params.sessionId
    })
    session.on('NodeWorker.receivedMessageFromWorker', ({ params }) => {
      if (params.sessionId === this.#target) this.#take(JSON.parse(params.message) as FromThread)
    })
    await session.post('NodeWorker.enable', { waitForDebuggerOnStart: false })
    return this.#target !== undefined
  }

  close(): void {
    this.#session.disconnect()
  }

  /** Resolves when the thread has answered; never, when it is gone. */
  send(method: string, params: object = {}): Promise<FromThread['result']> {
    const { promise, resolve } = Promise.withResolvers<FromThread['result']>()
    const id = ++this.#lastId
    this.#answers.set(id, resolve)
    const message = JSON.stringify({ id, method, params })
    const sessionId = this.#target ?? ''
    // Refused only when the thread is gone, which its caller sees by itself.
    this.#session.post('NodeWorker.sendMessageToWorker', { sessionId, message }).catch(() => undefined)
    return promise
  }

  /** The calls with the addresses of their files, which the thread told when the debugger was turned on. */
  described(frames: CallFrame[]): PausedFrame[] {
    return frames.map(({ functionName, location }) => ({
      functionName,
      url: this.#scripts.get(location.scriptId) ?? '',
      line: location.lineNumber,
      column: location.columnNumber ?? 0,
    }))
  }

  #take({ id, method, params, result }: FromThread): void {
    if (id !== undefined) this.#answers.get(id)?.(result)
    else if (method === 'Debugger.scriptParsed') this.#scripts.set(params?.scriptId ?? '', params?.url ?? '')
    else if (method === 'Debugger.paused') this.#paused.resolve(params?.callFrames ?? [])
  }
}

/**
 * Makes V8 compile these functions anew when the thread goes on. The profiler knows no loop that was optimised
 * while it ran before the recording began (seen with V8 13.6): the time of a job that spins would be counted
 * for the function that called it. A breakpoint, set and taken back, throws such code away.
 */
async function recompile(line: DebuggerLine, frames: CallFrame[]): Promise<void> {
  for (const { functionLocation, location } of frames) {
    const set = await line.send('Debugger.setBreakpoint', { location: functionLocation ?? location })
    const breakpointId = set?.breakpointId
    if (breakpointId !== undefined) await line.send('Debugger.removeBreakpoint', { breakpointId })
  }
}

/**
 * Halts a thread where it is for some milliseconds and answers its stack. Unlike a CPU profile this knows the
 * line of every call and not only of the innermost, and the functions that V8 has merged into their callers.
 *
 * With `recompile` the functions on its stack are compiled anew, for a CPU profile that is being recorded.
 * A halted thread cannot even be ended, so it is let go in any case, also when the answer comes late.
 */
export async function pauseThread(worker: Worker, options: { recompile?: boolean } = {}): Promise<Pause> {
  const { threadId } = worker
  if (threadId === -1) return { kind: 'gone' }
  const { promise: gone, resolve } = Promise.withResolvers<'gone'>()
  const onExit = (): void => resolve('gone')
  worker.once('exit', onExit)
  const line = new DebuggerLine()
  const close = (): void => {
    worker.off('exit', onExit)
    line.close()
  }
  try {
    if (!(await line.open(threadId))) {
      close()
      return { kind: 'gone' }
    }
  } catch (error) {
    close()
    throw error
  }
  try {
    const enabled = await Promise.race([line.send('Debugger.enable'), gone, timeout(answerMs)])
    if (enabled === 'gone') return { kind: 'gone' }
    if (enabled === 'late') return { kind: 'silent' }
    void line.send('Debugger.pause')
    const found = await Promise.race([line.paused, gone, timeout(pauseMs)])
    if (found === 'gone') return { kind: 'gone' }
    if (found === 'late') return { kind: 'idle' }
    if (options.recompile === true) await Promise.race([recompile(line, found), gone])
    return { kind: 'paused', frames: line.described(found) }
  } finally {
    // Closing the line lets nothing go by itself: the thread must have said that it goes on.
    void Promise.race([line.send('Debugger.disable'), gone]).then(close)
  }
}
