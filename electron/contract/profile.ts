import * as z from 'zod'
import { executorNameSchema } from './job.ts'
import { durationMsSchema, timeSchema } from './json.ts'

/** The attempt that was looked at, and where it ran. */
const attemptSeenSchema = z.object({
  id: z.string(),
  type: z.string(),
  attempt: z.int().min(1),
  executor: executorNameSchema,
  /** Label of the thread, e.g. `T3`; absent for inline. */
  thread: z.string().optional(),
})

/** Whose code a frame is: of the job, of a package it uses, of Toril, or of Node itself. */
export const frameOriginSchema = z.enum(['job', 'package', 'toril', 'node'])
export type FrameOrigin = z.infer<typeof frameOriginSchema>

/** One call on a stack, at its place in the source as it was written. */
export const stackFrameSchema = z.object({
  /** Empty for a function without a name and for code at the top of a file. */
  name: z.string(),
  origin: frameOriginSchema,
  /** Absolute path, or a name such as `node:fs`; absent for code that has no file. */
  file: z.string().optional(),
  /** From 1. */
  line: z.int().min(1),
  /** From 1. */
  column: z.int().min(1),
  /** The text of the line, for code of the job; at most 200 characters. */
  text: z.string().optional(),
})
export type StackFrame = z.infer<typeof stackFrameSchema>

/** Where the code of a running job was at one moment. */
export const stackSampleSchema = z.object({
  job: attemptSeenSchema,
  takenAt: timeSchema,
  /**
   * `running`: `frames` is the stack. `waiting`: no code of the job ran; it waits for a timer, a promise or
   * I/O. `unreachable`: the thread is inside one call into the system, where nothing can look at it.
   */
  state: z.enum(['running', 'waiting', 'unreachable']),
  /** The state as a sentence for people. */
  message: z.string(),
  /** Innermost call first; at most 200. */
  frames: z.array(stackFrameSchema),
})
export type StackSample = z.infer<typeof stackSampleSchema>

const callFrameSchema = z.object({
  functionName: z.string(),
  scriptId: z.string(),
  /** `file://` of the source as it was written, `node:…`, or empty. */
  url: z.string(),
  /** From 0, as V8 counts; -1 where there is none. */
  lineNumber: z.int(),
  columnNumber: z.int(),
})

const profileNodeSchema = z.object({
  id: z.int(),
  callFrame: callFrameSchema,
  hitCount: z.int().min(0),
  children: z.array(z.int()).optional(),
  /** Samples per line, counted from 1. */
  positionTicks: z.array(z.object({ line: z.int(), ticks: z.int().min(0) })).optional(),
})
export type ProfileNode = z.infer<typeof profileNodeSchema>

/**
 * A CPU profile as V8's inspector protocol has it (`Profiler.Profile`): written to a `.cpuprofile` file it
 * opens in Chrome's DevTools and in VS Code. Those ignore `$toril`, which says what was recorded.
 */
export const cpuProfileSchema = z.object({
  nodes: z.array(profileNodeSchema),
  /** µs of a clock without a date. */
  startTime: z.number(),
  endTime: z.number(),
  /** Ids of nodes, one a sample. */
  samples: z.array(z.int()),
  /** µs between a sample and the one before. */
  timeDeltas: z.array(z.int()),
  $toril: z.object({
    job: attemptSeenSchema,
    recordedAt: timeSchema,
    /** How long was recorded; less than asked for where it ended early. */
    durationMs: z.number().min(0),
    /** `time`: as long as asked for. `stopped`: on request. `job-ended`: the attempt was over. */
    ended: z.enum(['time', 'stopped', 'job-ended']),
    /** `process` for a job that runs inline: the profile then shows the whole runner. */
    scope: z.enum(['thread', 'process']),
    /** Those urls of `nodes` that hold code of the job itself, not of a package, of Toril or of Node. */
    jobFiles: z.array(z.string()),
  }),
})
export type CpuProfile = z.infer<typeof cpuProfileSchema>

/** Longest recording that may be asked for, and what is recorded unless it is said. */
export const maxProfileMs = 60_000
export const defaultProfileMs = 5_000

export const profileInputSchema = z.strictObject({
  id: z.string().min(1),
  durationMs: durationMsSchema.min(10).max(maxProfileMs).default(defaultProfileMs),
})

/** Name for the file of a profile: `add-two-numbers-42-attempt-1.cpuprofile`. */
export function profileFileName({ id, type, attempt }: { id: string; type: string; attempt: number }): string {
  return `${type}-${id}-attempt-${attempt}`.replaceAll(/[^\w.-]+/g, '_') + '.cpuprofile'
}
