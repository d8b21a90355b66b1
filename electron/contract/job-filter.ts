import { jobStates, type JobState } from './job.ts'

/** What a condition can be about. `input.<path>` looks into the input, by keys and indexes with dots between. */
export const conditionKeys = [
  'id',
  'type',
  'state',
  'error',
  'took',
  'attempt',
  'runner',
  'thread',
  'priority',
  'input',
] as const
export type ConditionKey = (typeof conditionKeys)[number]

/** One narrowing of a list of jobs: `-state:failed`, `took:>5s`, `input.user.name:~ann,bob`. */
export interface JobCondition {
  key: ConditionKey
  /** Of `input`: the keys and indexes that lead to the value. */
  path: string[]
  negated: boolean
  /** `is` any of the values, `has` any of them in it, `above` or `below` the only one. */
  op: 'is' | 'has' | 'above' | 'below'
  /** Lengths of time in ms, as digits. */
  values: string[]
}

/** Words people use for states. */
const stateNames: Record<string, JobState> = {
  ...Object.fromEntries(jobStates.map((state) => [state, state])),
  running: 'active',
  done: 'completed',
  queued: 'waiting',
  error: 'failed',
}

/** The states of a list such as `failed,running`; undefined when one of them is none. */
export function parseStates(value: string): JobState[] | undefined {
  const states = value.split(',').map((name) => stateNames[name.trim().toLowerCase()])
  return states.every((state) => state !== undefined) ? states : undefined
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The milliseconds of `5s`, `1.5 h` or `7d`, as digits; undefined when it is no duration. */
export function milliseconds(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)$/i.exec(text)
  const unit = unitMs[match?.[2]?.toLowerCase() ?? '']
  return match === null || unit === undefined ? undefined : String(Math.round(Number(match[1]) * unit))
}

/** Parts of a typed filter: words, and what stands in quotes, with a key before it or not. */
export function splitFilter(text: string): string[] {
  return text.match(/[^\s"]*"[^"]*"|\S+/g) ?? []
}

export function unquote(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

export interface KeyedPart {
  negated: boolean
  /** As it was typed, path included. */
  name: string
  value: string
}

/** A part of the form `key:value`; undefined for plain text. */
export function keyedPart(part: string): KeyedPart | undefined {
  const match = /^(-?)([a-z][\w.-]*):(.*)$/i.exec(part)
  // A colon also stands in times, addresses and paths: only what looks like a key and a value is one.
  if (match === null || part.includes('://')) return undefined
  const [, minus, name = '', value = ''] = match
  return { negated: minus !== '', name, value }
}

const examples: Record<ConditionKey, string> = {
  id: 'id:48213',
  type: 'type:add-two-numbers',
  state: `state:${jobStates.join(',')}`,
  error: 'error:TIMED_OUT',
  took: 'took:>5s',
  attempt: 'attempt:>1',
  runner: 'runner:~host',
  thread: 'thread:T3',
  priority: 'priority:0',
  input: 'input.user.name:~ann',
}

/** A condition, or a sentence why it is none. */
export function parseCondition({ negated, name, value }: KeyedPart): JobCondition | { problem: string } {
  const [word = '', ...path] = name.split('.')
  const key = conditionKeys.find((known) => known === word.toLowerCase())
  if (key === undefined || (key === 'input') !== path.length > 0 || path.includes('')) {
    const known = conditionKeys.map((one) => (one === 'input' ? 'input.<path>' : one)).join(', ')
    return { problem: `“${name}” is not a filter. There are since, until, ${known}.` }
  }
  const sign = /^[~><]/.exec(value)?.[0]
  const op = sign === '~' ? 'has' : sign === '>' ? 'above' : sign === '<' ? 'below' : 'is'
  const rest = sign === undefined ? value : value.slice(1)
  const quoted = unquote(rest)
  const values = (quoted === rest ? rest.split(',').map((one) => one.trim()) : [quoted]).filter((one) => one !== '')
  const wrong = { problem: `${name}: is used as in ${examples[key]}.` }
  if (values.length === 0) return { problem: `${name}: needs a value, as in ${examples[key]}.` }
  const condition: JobCondition = { key, path, negated, op, values }
  const compares = op === 'above' || op === 'below'
  if (compares && values.length > 1) return wrong
  switch (key) {
    case 'state': {
      const states = op === 'is' ? parseStates(values.join(',')) : undefined
      return states === undefined
        ? { problem: `A state is one of ${jobStates.join(', ')}.` }
        : { ...condition, values: states }
    }
    case 'took': {
      const ms = milliseconds(values[0] ?? '')
      return !compares || ms === undefined ? wrong : { ...condition, values: [ms] }
    }
    case 'attempt':
    case 'priority':
      return op === 'has' || !values.every((one) => /^\d{1,9}$/.test(one)) ? wrong : condition
    case 'input':
      return compares && !Number.isFinite(Number(values[0])) ? wrong : condition
    default:
      return compares ? wrong : condition
  }
}

/** All conditions of a filter such as `-state:failed took:>5s`; the first that is none, as a sentence. */
export function parseConditions(text: string): JobCondition[] | { problem: string } {
  const conditions: JobCondition[] = []
  for (const part of splitFilter(text)) {
    const keyed = keyedPart(part)
    if (keyed === undefined) return { problem: `“${part}” is not of the form key:value.` }
    const condition = parseCondition(keyed)
    if ('problem' in condition) return condition
    conditions.push(condition)
  }
  return conditions
}
