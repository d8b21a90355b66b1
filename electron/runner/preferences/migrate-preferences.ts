import { preferencesVersion } from '../../contract/preferences.ts'

/** Brings what version `from` stored to the form of `from + 1`. */
export type Migration = (stored: Record<string, unknown>) => Record<string, unknown>

/** By the version they start from. A change of preferencesVersion adds one here, and a test of it. */
export const migrations: Readonly<Record<number, Migration>> = {}

/**
 * The stored preferences in today's form. Undefined for a version this Toril does not know, as a newer
 * one writes it.
 */
export function migratePreferences(
  stored: Record<string, unknown>,
  steps: Readonly<Record<number, Migration>> = migrations,
  target: number = preferencesVersion,
): Record<string, unknown> | undefined {
  const { version = 1, ...rest } = stored
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1 || version > target) return undefined
  let current = rest
  for (let at = version; at < target; at += 1) {
    const step = steps[at]
    if (step === undefined) return undefined
    current = step(current)
  }
  return current
}
