import type { MessagePort } from 'node:worker_threads'
import type { LogLevel, Progress } from '../electron/contract/job.ts'
import type { Issue, Json } from '../electron/contract/json.ts'
import type { JobType } from '../electron/contract/job-type.ts'
import type { Packed } from './database/wire.ts'

/** How a thread finds the code of a job type. The url of a file carries its version as a query. */
export type JobSource = { kind: 'built-in'; name: string } | { kind: 'file'; url: string; services?: ServicesSource }

/** Where the services of a jobs folder are, or why they cannot be had: one sentence with file and line. */
export type ServicesSource = { url: string } | { broken: string }

/** Given to each thread at its start. */
export interface ThreadSettings {
  /** Folder for files that jobs produce, absolute. */
  resultsDir: string
  /** The runner strips the types of TypeScript for this thread, whose own stripper would take 10 MB. */
  stripsTypes: boolean
}

/** One attempt, as it is handed to a thread. */
export interface AttemptTask {
  /** Grows with each attempt of the pool; tells the messages of one attempt from those of the next. */
  seq: number
  jobId: string
  attempt: number
  type: string
  input: Json
  source: JobSource
}

/** A log line on its way out of a job; `at` is in epoch ms. */
export interface RawLine {
  at: number
  level: LogLevel
  text: string
}

/** What a job told since the last report. */
export interface Report {
  progress?: Progress
  lines?: RawLine[]
  /** Lines left out after `lines` because there were too many. */
  dropped: number
  /** The lines after the dropped ones. */
  tail?: RawLine[]
}

/** How the code of a job ended, seen from inside. */
export type Ending =
  | { kind: 'completed'; result: Json }
  | { kind: 'failed'; error: { code: string; message: string; stack?: string }; retryable: boolean }

/** What a thread answers for an attempt; the last progress and lines come with it, so that most attempts are one message each way. */
export interface AttemptAnswer {
  ending: Ending
  last?: Report
  /** The word to stop had reached the job before it ended. */
  stopped: boolean
  cpuMs?: number
  peakHeapBytes?: number
}

/** First word of a thread, posted to its parent with the control port. */
export interface Hello {
  kind: 'hello'
  port: MessagePort
  /** One Int32: the seq of the attempt that was asked to stop, so that a job which never yields sees it too. */
  stopFlag: Int32Array
  /** The seq of the attempt that began last, and the CPU time of the thread then, in µs: the runner measures from there. */
  begun: Float64Array
}

/** Why a job is asked to stop. With its runner only inline ones are: a thread is ended. */
export type StopCode = 'CANCELLED' | 'TIMED_OUT' | 'RUNNER_STOPPED'

/** One call of `services.db`. */
export type DatabaseOperation =
  | { kind: 'model'; model: string; action: string; args: unknown }
  | { kind: 'queryRaw' | 'executeRaw'; sql: string; values: unknown[] }

export interface DatabaseRequest {
  operations: DatabaseOperation[]
  /** All or none of them; without it there is only one. */
  transaction?: { isolationLevel?: string }
}

/** An error of the database client, as data. */
export interface DatabaseError {
  name: string
  message: string
  /** Prisma's, e.g. `P2002`, or one of Toril's. */
  code?: string
  meta?: unknown
}

/** What the runner answers: the value of each operation, or what went wrong with the first that failed. */
export type DatabaseAnswer = Packed | { error: DatabaseError }

/** Runner to thread, over the control port. */
export type ToThread =
  /** Only when the thread has answered for the one before. */
  | { kind: 'attempt'; task: AttemptTask }
  | { kind: 'stop'; seq: number; code: StopCode; message: string }
  | { kind: 'db'; id: number; answer: DatabaseAnswer }
  | { kind: 'ping'; id: number }
  /** The JavaScript that was asked for, if there is any. */
  | { kind: 'check'; schema: string; javaScript: string | undefined }
  /** The thread shall end: dispose of what the jobs folder's services need to have closed. */
  | { kind: 'leave' }

/** Thread to runner, over the control port. */
export type FromThread =
  | { kind: 'report'; seq: number; report: Report }
  | { kind: 'answer'; seq: number; answer: AttemptAnswer }
  /** What an attempt used whose thread ends under it. */
  | { kind: 'measured'; seq: number; cpuMs: number; peakHeapBytes: number }
  /** `seq` is the attempt that asks; none when it is the services of a jobs folder. The request is packed. */
  | { kind: 'db'; id: number; seq?: number; request: Packed }
  | { kind: 'pong'; id: number }
  /** Asks for the check of a plain JSON Schema, given as its text, of a job type. */
  | { kind: 'check'; type: string; schema: string }
  /**
   * Code of an attempt that had already ended, or of the folder's services, threw an error where nobody
   * caught it; the thread should be replaced when it is free.
   */
  | { kind: 'stray'; jobId?: string; message: string }
  /** It has services to dispose of before it ends, and has done so. */
  | { kind: 'services' }
  | { kind: 'left' }
  /** The thread stands still until the text is on the port, which the runner says by setting `flag` to 1. */
  | { kind: 'strip'; url: string; port: MessagePort; flag: Int32Array }

/** What the port of a `strip` gets; undefined when Node shall load the file itself, and say what is wrong with it. */
export type StrippedText = string | undefined

/** Runner to catalog thread. */
export type CatalogRequest =
  | { kind: 'describe'; id: number; source: JobSource }
  | { kind: 'validate'; id: number; source: JobSource; input: unknown }
  | { kind: 'services'; id: number; source: Extract<JobSource, { kind: 'file' }> }
  | { kind: 'strip'; id: number; source: Extract<JobSource, { kind: 'file' }> }

/** JavaScript that checks values by the plain JSON Schemas of a job type; `schema` is the text of each. */
export interface ReadyChecks {
  input?: { schema: string; javaScript: string }
  output?: { schema: string; javaScript: string }
}

/** A job type as its definition says it, without where it comes from. */
export type JobDescription = Omit<JobType, 'source' | 'file'>

/** Catalog thread to runner. */
export type CatalogAnswer =
  | {
      kind: 'described'
      id: number
      description: JobDescription
      /** Where the file says its name. */
      nameLine?: number
      checks: ReadyChecks
    }
  | { kind: 'validated'; id: number; value: unknown }
  | { kind: 'loaded'; id: number }
  | { kind: 'stripped'; id: number; text: string }
  | { kind: 'invalid'; id: number; issues: Issue[] }
  | { kind: 'problem'; id: number; message: string; line?: number; issues?: Issue[] }
