import type { ProfilePatch } from '../../contract/connection-profile.ts'
import { TorilError } from '../../contract/errors.ts'
import type { Changes } from '../../contract/profile-api.ts'
import type { SystemInfo } from '../../contract/runner.ts'
import type { UsedProfiles } from './used-profile.ts'
import { readOnlyError } from './read-only.ts'

/** Whether anything may be changed through the profile in use. */
export interface Safety {
  changes(): Changes
  /** What the profile in use shows of it. */
  shown(): Pick<SystemInfo['profile'], 'changesAllowedUntil'>
  /** Throws READ_ONLY unless the profile in use, or the one given, may be changed through now. */
  refuseReadOnly(id?: string): void
  /**
   * Throws CONFIRMATION_REQUIRED when the profile in use is production and `confirm` is not its name. `act` says
   * what would be done, e.g. `remove 12 jobs`.
   */
  refuseUnconfirmed(act: string, confirm: string | undefined): void
  /** The same for a change of a production profile that would let jobs be changed, or take its tag away. */
  refuseLessSafe(id: string, patch: Pick<ProfilePatch, 'readOnly' | 'environment'>, confirm: string | undefined): void
  /** Throws PROFILE_NOT_IN_USE, or CONFIRMATION_REQUIRED unless `name` is the profile's. Kept in memory only. */
  allow(id: string, options: { name: string; minutes: number }): Changes
  /** Throws PROFILE_NOT_IN_USE. */
  end(id: string): Changes
  /** Told when changes become allowed, and when they are no longer. */
  onChange(listener: () => void): () => void
  close(): void
}

function refuseWrongName(name: string, confirm: string | undefined, message: string): void {
  if (confirm?.trim() === name) return
  const given = confirm === undefined ? '' : ` “${confirm}” is not its name.`
  throw new TorilError(
    'CONFIRMATION_REQUIRED',
    `${message} Nothing was changed.${given} Give its name, ${name}, to go on.`,
  )
}

/** Watches over the profile in use, as it is now: a name or a tag changed meanwhile counts at once. */
export function createSafety(profiles: UsedProfiles): Safety {
  let allowed: { id: string; until: number; timer: NodeJS.Timeout } | undefined
  const listeners = new Set<() => void>()
  const tell = (): void => {
    for (const listener of listeners) listener()
  }

  function forget(): void {
    if (allowed === undefined) return
    clearTimeout(allowed.timer)
    allowed = undefined
    tell()
  }

  function stillAllowed(id: string): number | undefined {
    if (allowed === undefined || allowed.id !== id) return undefined
    // A machine that slept wakes up past the end, before the timer has told so.
    return Date.now() < allowed.until ? allowed.until : undefined
  }

  function changes(): Changes {
    const { id, readOnly } = profiles.current()
    const until = stillAllowed(id)
    if (!readOnly || until === undefined) return { readOnly }
    return { readOnly, allowedUntil: new Date(until).toISOString() }
  }

  function inUse(id: string): string {
    const { name } = profiles.get(id)
    if (profiles.current().id === id) return name
    throw new TorilError('PROFILE_NOT_IN_USE', `The profile ${name} is not in use. Use it first.`)
  }

  // Another profile is used, or this one is no longer read-only: what was allowed does not come back by itself.
  const stop = profiles.onChange(() => {
    const { id, readOnly } = profiles.current()
    if (allowed !== undefined && (allowed.id !== id || !readOnly)) forget()
  })

  return {
    changes,
    shown() {
      const { allowedUntil } = changes()
      return allowedUntil === undefined ? {} : { changesAllowedUntil: allowedUntil }
    },
    refuseReadOnly(of) {
      const { id, readOnly, name } = of === undefined ? profiles.current() : profiles.get(of)
      if (readOnly && stillAllowed(id) === undefined) throw readOnlyError(name)
    },
    refuseUnconfirmed(act, confirm) {
      const { name, environment } = profiles.current()
      if (environment === 'production') refuseWrongName(name, confirm, `${name} is production, and this would ${act}.`)
    },
    refuseLessSafe(id, patch, confirm) {
      const { name, environment, readOnly } = profiles.get(id)
      if (environment !== 'production') return
      const opened = readOnly && patch.readOnly === false
      const untagged = patch.environment !== undefined && patch.environment !== 'production'
      if (opened) refuseWrongName(name, confirm, `${name} is production, and this would turn off read-only.`)
      else if (untagged) refuseWrongName(name, confirm, `${name} would no longer count as production.`)
    },
    allow(id, { name: given, minutes }) {
      const name = inUse(id)
      if (given.trim() !== name) {
        const message = `Changes of ${name} are not allowed yet. Type ${name} to go on.`
        throw new TorilError('CONFIRMATION_REQUIRED', message)
      }
      clearTimeout(allowed?.timer)
      allowed = undefined
      if (profiles.current().readOnly) {
        const ms = minutes * 60_000
        allowed = { id, until: Date.now() + ms, timer: setTimeout(forget, ms) }
        allowed.timer.unref()
      }
      tell()
      return changes()
    },
    end(id) {
      inUse(id)
      forget()
      return changes()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      stop()
      clearTimeout(allowed?.timer)
      allowed = undefined
      listeners.clear()
    },
  }
}
