import { TorilError } from '../../contract/errors.ts'
import type { Issue } from '../../contract/json.ts'
import {
  preferencesPatchSchema,
  preferencesSchema,
  type Preferences,
  type PreferencesPatch,
} from '../../contract/preferences.ts'
import type * as z from 'zod'

function issuesOf(error: z.ZodError): Issue[] {
  return error.issues.map(({ path, message }) => ({
    path: path.map((key) => (typeof key === 'number' ? key : String(key))),
    message,
  }))
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function merge(base: unknown, patch: unknown): unknown {
  if (!isPlain(base) || !isPlain(patch)) return patch
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (value !== undefined) merged[key] = merge(merged[key], value)
  }
  return merged
}

function invalid(issues: Issue[]): TorilError {
  const told = issues.map(({ path, message }) => `${path.join('.') || 'The preferences'}: ${message}`).join('; ')
  return new TorilError('INVALID_PREFERENCES', `${told}. Nothing was changed.`, { issues })
}

/** The preferences with the patch laid over them, key by key. Throws INVALID_PREFERENCES naming each field. */
export function mergePreferences(base: Preferences, patch: PreferencesPatch): Preferences {
  const wellFormed = preferencesPatchSchema.safeParse(patch)
  if (!wellFormed.success) throw invalid(issuesOf(wellFormed.error))
  const merged = preferencesSchema.safeParse(merge(base, wellFormed.data))
  if (!merged.success) throw invalid(issuesOf(merged.error))
  return merged.data
}

/**
 * Makes preferences of what was stored: valid fields are kept, the others get their default. Answers
 * the dotted names of those that could not be used; unknown ones are among them.
 */
export function salvagePreferences(
  stored: unknown,
  defaults: Preferences,
): { preferences: Preferences; unusable: string[] } {
  const whole = preferencesSchema.safeParse(merge(defaults, stored))
  if (whole.success) return { preferences: whole.data, unusable: [] }
  let preferences = defaults
  const unusable: string[] = []
  if (!isPlain(stored)) return { preferences, unusable: ['everything'] }
  for (const [section, fields] of Object.entries(stored)) {
    if (!isPlain(fields)) {
      unusable.push(section)
      continue
    }
    for (const [field, value] of Object.entries(fields)) {
      try {
        preferences = mergePreferences(preferences, { [section]: { [field]: value } })
      } catch {
        unusable.push(`${section}.${field}`)
      }
    }
  }
  return { preferences: retryPairs(stored, preferences, unusable), unusable }
}

/** minThreads and maxThreads limit each other, so one can look wrong only because the other came later. */
function retryPairs(stored: Record<string, unknown>, preferences: Preferences, unusable: string[]): Preferences {
  let result = preferences
  for (const name of [...unusable]) {
    const [section = '', field = ''] = name.split('.')
    const fields = stored[section]
    if (!isPlain(fields)) continue
    try {
      result = mergePreferences(result, { [section]: { [field]: fields[field] } })
      unusable.splice(unusable.indexOf(name), 1)
    } catch {
      // It is wrong by itself.
    }
  }
  return result
}
