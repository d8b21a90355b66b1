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
  /** Throws PROFILE_NOT_IN_USE, or CONFIRMATION_REQUIRED unless `name` is the profile's. Kept in memory only. */
  allow(id: string, options: { name: string; minutes: number }): Changes
  /** Throws PROFILE_NOT_IN_USE. */
  end(id: string): Changes
  /** Told when changes become allowed, and when they are no longer. */
  onChange(listener: () => void): () => void
  close(): void
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

  function refuseOther(given: string | undefined, message: string): void {
    const { name } = profiles.current()
    if (given?.trim() === name) return
    throw new TorilError('CONFIRMATION_REQUIRED', `${message} Type ${name} to go on.`)
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
    allow(id, { name: given, minutes }) {
      const name = inUse(id)
      refuseOther(given, `Changes of ${name} are not allowed yet.`)
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
