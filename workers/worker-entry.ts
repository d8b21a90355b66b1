import { AsyncLocalStorage } from 'node:async_hooks'
import { MessageChannel, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { AttemptMeasure, HeapWatch } from './attempt-measure.ts'
import { CheckQuestions } from './check-questions.ts'
import { createDatabaseProxy } from './database-proxy.ts'
import { FolderServices } from './folder-services.ts'
import { coerceThrown } from './job-error.ts'
import { loadJob } from './load-job.ts'
import { captureOutput } from './output-capture.ts'
import type {
  AttemptAnswer,
  AttemptTask,
  Ending,
  FromThread,
  Hello,
  JobSource,
  ThreadSettings,
  ToThread,
} from './protocol.ts'
import { Reporter } from './reporter.ts'
import { createContext, prepareJob, runDefinition, type PreparedJob } from './run-definition.ts'
import { StopError, StopSignal } from './stop-signal.ts'
import { registerStrippedModules } from './stripped-modules.ts'

/** Loaded by each thread of the pool. It runs one attempt at a time, handed to it over its control port. */

interface Running {
  task: AttemptTask
  reporter: Reporter
  measure: AttemptMeasure
  stop: StopSignal
  poll: () => void
  ended: boolean
}

// One thread runs this file once: what would be module state elsewhere is the thread itself.
const ownerNow = new AsyncLocalStorage<Running | 'services'>()
const prepared = new Map<string, { url: string; job: PreparedJob | Promise<PreparedJob> }>()
const { port1: port, port2: runnerPort } = new MessageChannel()
const stopFlag = new Int32Array(new SharedArrayBuffer(4))
const begun = new Float64Array(new SharedArrayBuffer(16))
const post = (message: FromThread): void => port.postMessage(message)
const proxy = createDatabaseProxy(post, () => {
  const owner = ownerNow.getStore()
  return typeof owner === 'object' ? { seq: owner.task.seq, ended: owner.ended } : { seq: undefined, ended: false }
})
const { resultsDir, stripsTypes } = (workerData ?? {}) as Partial<ThreadSettings>
const services = { db: proxy.database, resultsDir: resultsDir ?? process.cwd() }
const folderServices = new FolderServices({
  base: services,
  apart: (work) => ownerNow.run('services', work),
  onBuilt: () => post({ kind: 'services' }),
  onProblem: (message) => console.error(message),
})
const checks = new CheckQuestions(post)
let current: Running | undefined
const heapWatch = new HeapWatch(() => current?.measure)

function take(message: ToThread): void {
  if (message.kind === 'db') proxy.settle(message)
  else if (message.kind === 'attempt') void runAttempt(message.task)
  else if (message.kind === 'check') checks.answer(message)
  else if (message.kind === 'ping') post({ kind: 'pong', id: message.id })
  else if (message.kind === 'leave') void folderServices.close().then(() => post({ kind: 'left' }))
  else if (current?.task.seq === message.seq) current.stop.stop(new StopError(message.code, message.message))
}

/** Reads what the runner said while the loop of this thread is blocked; costs one atomic load when it said nothing. */
function pollFor(seq: number): void {
  if (Atomics.load(stopFlag, 0) !== seq) return
  // What an ended attempt left behind must not take the next one off the port.
  if (current?.task.seq !== seq || current.stop.reason !== undefined) return
  let received = receiveMessageOnPort(port)
  while (received !== undefined) {
    take(received.message as ToThread)
    received = receiveMessageOnPort(port)
  }
}

/** Compiled once per version of the code; a newer version of a file replaces the older. */
function prepare(type: string, source: JobSource): PreparedJob | Promise<PreparedJob> {
  const url = source.kind === 'file' ? source.url : 'built-in'
  const known = prepared.get(type)
  if (known?.url === url) return known.job
  const loading = loadJob(source).then((definition) => prepareJob(definition, checks.of(type)))
  const entry: { url: string; job: PreparedJob | Promise<PreparedJob> } = { url, job: loading }
  prepared.set(type, entry)
  Promise.resolve(entry.job).then(
    // Kept as it is, because awaiting a promise for each attempt would show in the throughput.
    (job) => (entry.job = job),
    () => prepared.delete(type),
  )
  return entry.job
}

async function execute({ task, reporter, stop, poll }: Running): Promise<Ending> {
  try {
    const found = prepare(task.type, task.source)
    const job = found instanceof Promise ? await found : found
    const { source } = task
    if (source.kind !== 'file' || source.services === undefined) {
      return await runDefinition(job, task.input, createContext(task, services, reporter, stop, poll), stop)
    }
    const lease = await folderServices.acquire(source.services)
    try {
      return await runDefinition(job, task.input, createContext(task, lease.services, reporter, stop, poll), stop)
    } finally {
      lease.release()
    }
  } catch (thrown) {
    const error = coerceThrown(thrown, 'JOB_NOT_LOADED')
    const message = `The job type ${task.type} could not be loaded: ${error.message}`
    return { kind: 'failed', error: { ...error, code: 'JOB_NOT_LOADED', message }, retryable: true }
  }
}

async function runAttempt(task: AttemptTask): Promise<void> {
  const measure = new AttemptMeasure(task.seq, begun)
  const poll = (): void => pollFor(task.seq)
  const stop = new StopSignal(poll)
  const reporter = new Reporter(
    (report) => post({ kind: 'report', seq: task.seq, report }),
    () => measure.sampleHeap(),
  )
  const running = { task, reporter, measure, stop, poll, ended: false }
  current = running
  heapWatch.wake()
  const ending = await ownerNow.run(running, execute, running)
  running.ended = true
  current = undefined
  proxy.forget(task.seq)
  const last = reporter.close()
  const answer: AttemptAnswer = { ending, stopped: stop.reason !== undefined, ...measure.read() }
  if (last !== undefined) answer.last = last
  post({ kind: 'answer', seq: task.seq, answer })
}

/** The thread ends under its attempt: what it said and used until now. */
function lastWords(): void {
  if (current === undefined) return
  current.reporter.flush()
  post({ kind: 'measured', seq: current.task.seq, ...current.measure.read() })
}

/** The one task that Piscina gives a thread: it lasts as long as the thread, and tells Piscina's owner of its death. */
export default function serve(): Promise<never> {
  return new Promise(() => {})
}

process.setSourceMapsEnabled(true)
if (stripsTypes === true) registerStrippedModules((message, transfer) => port.postMessage(message, transfer))
captureOutput(() => {
  const owner = ownerNow.getStore()
  const running = owner === 'services' ? current : owner
  return running === undefined || running.ended ? undefined : (text, level) => running.reporter.log(text, level)
})
process.on('exit', lastWords)
process.on('uncaughtException', (error) => {
  const culprit = ownerNow.getStore()
  // Of the services, or left behind by a job that has ended: that must not cost the job which runs now.
  if (culprit === 'services' || culprit?.ended === true) {
    const { message } = coerceThrown(error, '')
    post(culprit === 'services' ? { kind: 'stray', message } : { kind: 'stray', jobId: culprit.task.jobId, message })
    return
  }
  lastWords()
  throw error
})
port.on('message', take)
parentPort?.postMessage({ kind: 'hello', port: runnerPort, stopFlag, begun } satisfies Hello, [runnerPort])
