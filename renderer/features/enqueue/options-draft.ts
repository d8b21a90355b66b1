import type { JobTypeDefaults } from '../../../electron/contract/job-type.ts'
import { mostMemoryMb, type Backoff, type ExecutorName, type JobOptions } from '../../../electron/contract/job.ts'
import { longestDelayMs, longestTimerMs } from '../../../electron/contract/json.ts'
import { durationOfText, durationText } from '../../components/duration-text.ts'

/** The options as they stand in the form: text, so that nothing half typed is lost. Empty means "as the job type says". */
export interface OptionsDraft {
  run: 'now' | 'after' | 'at'
  delay: string
  /** `2026-11-24T14:05`, local time, as the browser's field gives it. */
  at: string
  priority: string
  attempts: string
  backoffType: '' | Backoff['type']
  backoffDelay: string
  timeout: string
  memoryMb: string
  executor: '' | ExecutorName
  deduplicationId: string
}

export type OptionName = keyof OptionsDraft

export const emptyOptions: OptionsDraft = {
  run: 'now',
  delay: '',
  at: '',
  priority: '',
  attempts: '',
  backoffType: '',
  backoffDelay: '',
  timeout: '',
  memoryMb: '',
  executor: '',
  deduplicationId: '',
}

/** What holds where nothing is set: from the job type, else from the preferences. */
export interface InheritedOptions {
  attempts: number
  backoff: Backoff
  defaults: JobTypeDefaults
}

/**
 * The options of an earlier job, to run it again; what it would have anyway stays empty. Its delay and its
 * deduplication id belonged to that one run.
 */
export function optionsOf(options: JobOptions, { attempts, backoff, defaults }: InheritedOptions): OptionsDraft {
  const { priority = 0, timeoutMs, memoryMb, executor } = options
  const text = (value: number | undefined, inherited: number | undefined, write: (value: number) => string): string =>
    value === undefined || value === inherited ? '' : write(value)
  return {
    ...emptyOptions,
    priority: text(priority, defaults.priority ?? 0, String),
    attempts: text(options.attempts, attempts, String),
    backoffType: options.backoff === undefined || options.backoff.type === backoff.type ? '' : options.backoff.type,
    backoffDelay: text(options.backoff?.delayMs, backoff.delayMs, durationText),
    timeout: text(timeoutMs, defaults.timeoutMs, durationText),
    memoryMb: text(memoryMb, defaults.memoryMb, String),
    executor: executor === undefined || executor === (defaults.executor ?? 'thread') ? '' : executor,
  }
}

export interface ReadOptions {
  options: JobOptions
  /** What cannot be used, as a sentence, by field. */
  problems: Partial<Record<OptionName, string>>
}

/** Reads the draft. `now` is epoch ms; `inherited` is the backoff that holds when nothing is set here. */
export function readOptions(draft: OptionsDraft, inherited: Backoff, now: number): ReadOptions {
  const problems: ReadOptions['problems'] = {}
  const whole = (name: OptionName, minimum: number, maximum: number): number | undefined => {
    const text = draft[name].trim()
    if (text === '') return undefined
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (value >= minimum && value <= maximum) return value
    problems[name] = `Must be a whole number from ${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}.`
    return undefined
  }
  const duration = (name: OptionName, minimum: number, maximum: number): number | undefined => {
    if (draft[name].trim() === '') return undefined
    const value = durationOfText(draft[name])
    if (value !== undefined && value >= minimum && value <= maximum) return value
    problems[name] =
      value === undefined
        ? 'Write a time such as 30 s, 5 m or 1 h 30 m.'
        : value < minimum
          ? 'Must be more than nothing.'
          : `Must be at most ${durationText(maximum)}.`
    return undefined
  }

  const attempts = whole('attempts', 1, 1000)
  const priority = whole('priority', 0, 2_097_152)
  const memoryMb = whole('memoryMb', 16, mostMemoryMb)
  const timeoutMs = duration('timeout', 1, longestTimerMs)
  const backoffDelay = duration('backoffDelay', 0, longestDelayMs)
  const delayMs = readDelay(draft, now, duration, problems)
  const deduplicationId = draft.deduplicationId.trim()
  if (deduplicationId.length > 512) problems.deduplicationId = 'Must have at most 512 characters.'
  const setsBackoff = draft.backoffType !== '' || backoffDelay !== undefined
  return {
    problems,
    options: {
      ...(attempts === undefined ? {} : { attempts }),
      ...(setsBackoff
        ? {
            backoff: {
              type: draft.backoffType === '' ? inherited.type : draft.backoffType,
              delayMs: backoffDelay ?? inherited.delayMs,
            },
          }
        : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(draft.executor === '' ? {} : { executor: draft.executor }),
      ...(priority === undefined ? {} : { priority }),
      ...(delayMs === undefined || delayMs === 0 ? {} : { delayMs }),
      ...(deduplicationId === '' ? {} : { deduplicationId }),
    },
  }
}

function readDelay(
  draft: OptionsDraft,
  now: number,
  duration: (name: OptionName, minimum: number, maximum: number) => number | undefined,
  problems: ReadOptions['problems'],
): number | undefined {
  if (draft.run === 'now') return undefined
  if (draft.run === 'after') {
    if (draft.delay.trim() === '') problems.delay = 'Write how long to wait, such as 5 m.'
    return duration('delay', 0, longestDelayMs)
  }
  const at = Date.parse(draft.at)
  if (Number.isNaN(at)) problems.at = 'Choose a day and a time.'
  else if (at <= now) problems.at = 'This time has passed.'
  else if (at - now > longestDelayMs) problems.at = 'Must be within ten years.'
  else return at - now
  return undefined
}

/** How many options differ from "as the job type says". */
export function setOptions(draft: OptionsDraft): number {
  const { run, delay: _delay, at: _at, ...rest } = draft
  return Object.values(rest).filter((value) => value.trim() !== '').length + (run === 'now' ? 0 : 1)
}
