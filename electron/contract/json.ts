import * as z from 'zod'

/** Any JSON value: what an input, a result or a preference may hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/** Accepts any JSON value and keeps it as it is. `undefined`, functions and bigint are refused. */
export const jsonSchema: z.ZodType<Json> = z.json() as z.ZodType<Json>

/** A point in time, ISO 8601 in UTC with milliseconds, e.g. `2026-11-24T14:03:27.120Z`. */
export const timeSchema = z.iso.datetime()

/** A length of time in whole milliseconds, 0 or more. */
export const durationMsSchema = z.int().min(0)

/** 24 days. Timers of JavaScript keep 2^31 - 1 ms at most, and a longer one would be over at once. */
export const longestTimerMs = 2_073_600_000

/** A length of time that a timer waits for. */
export const timerMsSchema = durationMsSchema.max(longestTimerMs)

/** Ten years. Queues reckon with the time that a delay ends at, and far ones lose their exactness there. */
export const longestDelayMs = 315_360_000_000

/** How long a job is put off. */
export const delayMsSchema = durationMsSchema.max(longestDelayMs)

/** A size in bytes, 0 or more. */
export const bytesSchema = z.int().min(0)

/** One thing wrong with a value: where, as a path of keys and indexes, and what, as a sentence. */
export const issueSchema = z.object({
  path: z.array(z.union([z.string(), z.int()])),
  message: z.string(),
})
export type Issue = z.infer<typeof issueSchema>
