import {
  preferencesSchema,
  rateLimitSchema,
  type Preferences,
  type PreferencesPatch,
} from '../../../electron/contract/preferences.ts'
import { rateOfText, rateText } from './rate-text.ts'
import { allSettings, type Effect, type Setting, type SettingValue } from './settings.ts'
import { valueText } from './setting-text.ts'

/** What was changed and not applied yet, by dotted path. Text that is no number yet is kept as it is. */
export type Edits = ReadonlyMap<string, SettingValue>

export interface Change {
  setting: Setting
  before: SettingValue
  after: SettingValue
  effect: Effect
}

/** The value at a dotted path. */
export function settingAt(preferences: Preferences, path: string): SettingValue {
  const value = path
    .split('.')
    .reduce<unknown>((current, key) => (isRecord(current) ? current[key] : undefined), preferences)
  if (typeof value === 'string' || typeof value === 'number') return value
  const limit = rateLimitSchema.safeParse(value)
  return limit.success ? rateText(limit.data) : null
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** The edits that differ from what holds now, in the order of the screen. */
export function changesOf(saved: Preferences, edits: Edits): Change[] {
  return allSettings.flatMap((setting) => {
    const after = edits.get(setting.path)
    const before = settingAt(saved, setting.path)
    if (after === undefined || after === before) return []
    return [{ setting, before, after, effect: setting.effect(before, after) }]
  })
}

function nested(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const whole: Record<string, unknown> = {}
  for (const [path, value] of entries) {
    const keys = path.split('.')
    const last = keys.pop() ?? path
    let place = whole
    for (const key of keys) {
      const inner = isRecord(place[key]) ? place[key] : {}
      place[key] = inner
      place = inner
    }
    place[last] = value
  }
  return whole
}

/** What to send: only what changed. */
export function patchOf(changes: readonly Change[]): PreferencesPatch {
  const sent = ({ setting, after }: Change): unknown =>
    setting.control.kind === 'rate' && typeof after === 'string' ? (rateOfText(after) ?? after) : after
  return nested(changes.map((change) => [change.setting.path, sent(change)])) as PreferencesPatch
}

/** What would hold after applying; undefined while something is no valid value. */
export function afterChanges(saved: Preferences, changes: readonly Change[]): Preferences | undefined {
  const parsed = preferencesSchema.safeParse(merged(saved, patchOf(changes)))
  return parsed.success ? parsed.data : undefined
}

function merged(left: unknown, right: unknown): unknown {
  if (!isRecord(left) || !isRecord(right)) return right
  return {
    ...left,
    ...Object.fromEntries(Object.entries(right).map(([key, value]) => [key, merged(left[key], value)])),
  }
}

/** Why changes cannot be applied, as sentences, by dotted path of the setting. */
export function problemsOf(saved: Preferences, changes: readonly Change[]): ReadonlyMap<string, string> {
  const parsed = preferencesSchema.safeParse(merged(saved, patchOf(changes)))
  if (parsed.success) return new Map()
  const { issues } = parsed.error
  // "not above X" says nothing new while X itself cannot be used.
  const own = issues.filter(
    ({ message }) => !issues.some(({ path }) => path.length > 1 && message.includes(path.join('.'))),
  )
  return new Map(own.map((issue) => [issue.path.join('.'), issueText(issue)]))
}

interface IssueLike {
  code: string
  message: string
  path: PropertyKey[]
  minimum?: unknown
  maximum?: unknown
}

function issueText(issue: IssueLike): string {
  const path = issue.path.join('.')
  const setting = allSettings.find((known) => known.path === path)
  const bound = (value: unknown): string =>
    setting !== undefined && typeof value === 'number' ? valueText(setting, value) : String(value)
  if (issue.code === 'too_small') return `Must be at least ${bound(issue.minimum)}.`
  if (issue.code === 'too_big') return `Must be at most ${bound(issue.maximum)}.`
  if (issue.code === 'invalid_type') {
    if (setting?.control.kind === 'rate') return 'Write a limit such as 10 in 1 s or 100 in 5 m.'
    return setting?.control.kind === 'duration'
      ? 'Write a time such as 30 s, 5 m or 1 h 30 m.'
      : 'Must be a whole number.'
  }
  return namedText(issue.message)
}

/** A message of the contract or the runner with labels for its dotted paths, as a sentence. */
export function namedText(message: string): string {
  const named = allSettings.reduce((text, { path, label }) => text.replaceAll(path, `“${label}”`), message)
  const capital = named.charAt(0).toUpperCase() + named.slice(1)
  return capital.endsWith('.') ? capital : `${capital}.`
}

/** `Threads 8 → 12, time before a kill 10 s → 15 s`. */
export function summaryOf(changes: readonly Change[]): string {
  const text = changes
    .map(
      ({ setting, before, after }) => `${setting.short} ${valueText(setting, before)} → ${valueText(setting, after)}`,
    )
    .join(', ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
