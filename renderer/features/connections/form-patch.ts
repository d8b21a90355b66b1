import type { ProfileDraft, ProfilePatch } from '../../../electron/contract/connection-profile.ts'

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The fields that differ. Parts are sent as wholes, an emptied folder as null. */
export function patchOf(before: ProfileDraft, after: ProfileDraft): ProfilePatch {
  const { folder, secrets: _secrets, ...fields } = after
  const changed = Object.entries(fields).filter(([name, value]) => !same(before[name as keyof ProfileDraft], value))
  const moved = same(before.folder, folder) ? {} : { folder: folder ?? null }
  return { ...(Object.fromEntries(changed) as ProfilePatch), ...moved }
}
