import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { searchTextOf } from './profile-words.ts'

export interface ProfileGroup {
  /** Path of the folder; empty for profiles in none. */
  folder: string
  profiles: ConnectionProfile[]
}

const byName = (a: string, b: string): number => a.localeCompare(b, 'en', { sensitivity: 'base', numeric: true })

/** Those that have every word of the search somewhere, by folder and name; profiles without a folder come first. */
export function groupProfiles(profiles: readonly ConnectionProfile[], search: string): ProfileGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean)
  const found = profiles.filter((profile) => {
    const text = words.length === 0 ? '' : searchTextOf(profile)
    return words.every((word) => text.includes(word))
  })
  const groups = new Map<string, ConnectionProfile[]>()
  for (const profile of found) {
    const folder = profile.folder ?? ''
    const group = groups.get(folder)
    if (group === undefined) groups.set(folder, [profile])
    else group.push(profile)
  }
  return [...groups]
    .toSorted(([a], [b]) => byName(a, b))
    .map(([folder, members]) => ({ folder, profiles: members.toSorted((a, b) => byName(a.name, b.name)) }))
}
