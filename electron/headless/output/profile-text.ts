import type { ConnectionProfile } from '../../contract/connection-profile.ts'
import { unverifiedParts, unverifiedWords } from '../../contract/unverified-tls.ts'
import type { ProfileList } from '../../contract/profile-api.ts'
import { describeQueue, placeOfHistory } from '../../runner/connections/place-names.ts'
import { styled } from './style.ts'
import { pairs, table } from './table.ts'

function queueWords({ queue }: ConnectionProfile): string {
  if (queue.kind === 'embedded') return 'embedded'
  return queue.kind === 'postgres' ? 'in the history' : describeQueue(queue)
}

function historyWords({ history }: ConnectionProfile): string {
  return history.kind === 'embedded' ? 'embedded' : `PostgreSQL at ${placeOfHistory(history)}`
}

/** Loud also where nobody opens the profile. */
function marked(words: string, profile: ConnectionProfile, part: 'queue' | 'history'): string {
  return unverifiedParts(profile).includes(part) ? `${words} ${styled('yellow', unverifiedWords)}` : words
}

function access({ readOnly }: ConnectionProfile): string {
  return readOnly ? 'read-only' : 'changes'
}

export function profileTable({ profiles, currentId }: ProfileList): string {
  const rows = profiles.map((profile) => [
    profile.id === currentId ? styled('green', '*') : ' ',
    profile.name,
    profile.folder ?? '',
    profile.environment,
    access(profile),
    marked(queueWords(profile), profile, 'queue'),
    marked(historyWords(profile), profile, 'history'),
  ])
  const titles = ['', 'NAME', 'FOLDER', 'ENVIRONMENT', 'ACCESS', 'QUEUE', 'HISTORY']
  return table(
    titles.map((title) => ({ title })),
    rows,
  )
}

/** `field  value` for everything a profile says, as `profiles edit` takes it. */
export function profileText(profile: ConnectionProfile): string {
  const { secretsSet, ...fields } = profile
  return pairs([
    ...Object.entries(fields).flatMap(([name, value]) => leaves(value, name)),
    ['passwords', secretsSet.length === 0 ? 'none' : secretsSet.join(', ')],
  ])
}

function leaves(value: unknown, path: string): [string, string][] {
  if (Array.isArray(value)) return [[path, JSON.stringify(value)]]
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`))
}
