import { copyFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as z from 'zod'
import { connectionProfileSchema, type ConnectionProfile } from '../../../contract/connection-profile.ts'
import { readStoredFile, setAside, writeStoredFile } from '../../stored-file.ts'
import type { Notice } from './secret-store.ts'

const fileVersion = 1

/** A profile as it stands in the file: which secrets it has is known by the file of the secrets alone. */
export type ProfileRecord = Omit<ConnectionProfile, 'secretsSet'>

export interface ProfileRecords {
  current: string
  profiles: ProfileRecord[]
  /** Entries nobody understands; they are written back as they are. */
  damaged: unknown[]
}

const fileSchema = z.object({
  version: z.literal(fileVersion),
  current: z.string(),
  profiles: z.array(z.unknown()),
})

/** The profile that is there from the start. */
export const builtInId = 'this-computer'

export function builtIn(now: Date): ProfileRecord {
  const at = now.toISOString()
  return {
    id: builtInId,
    name: 'This computer',
    colour: 'slate',
    environment: 'development',
    readOnly: false,
    queueName: 'toril',
    prefix: 'bull',
    queue: { kind: 'embedded' },
    history: { kind: 'embedded' },
    createdAt: at,
    updatedAt: at,
  }
}

function recordOf(entry: unknown): { record: ProfileRecord } | { why: string } {
  const parsed = connectionProfileSchema.safeParse({ ...(entry as object), secretsSet: [] })
  if (!parsed.success) {
    const { path = [], message = 'it is no profile' } = parsed.error.issues[0] ?? {}
    return { why: `${path.join('.') || 'it'} ${message}` }
  }
  const { secretsSet: _none, ...record } = parsed.data
  return { record }
}

function nameOf(entry: unknown, index: number): string {
  const name: unknown = typeof entry === 'object' && entry !== null ? Reflect.get(entry, 'name') : undefined
  return typeof name === 'string' && name !== '' ? JSON.stringify(name) : `number ${index + 1}`
}

function parse(text: string): { records: ProfileRecords; notices: Notice[] } {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new Error('it is not valid JSON')
  }
  const parsed = fileSchema.safeParse(file)
  if (!parsed.success) throw new Error(`it is not of version ${fileVersion}`)
  const { current, profiles: entries } = parsed.data
  const records: ProfileRecords = { current, profiles: [], damaged: [] }
  const notices: Notice[] = []
  const ids = new Set<string>()
  for (const [index, entry] of entries.entries()) {
    const result = recordOf(entry)
    const why = 'why' in result ? result.why : ids.has(result.record.id) ? 'its id is there twice' : undefined
    if ('record' in result && why === undefined) {
      ids.add(result.record.id)
      records.profiles.push(result.record)
      continue
    }
    records.damaged.push(entry)
    const message = `The profile ${nameOf(entry, index)} in the file of profiles cannot be used: ${why ?? ''}. It is left there as it is.`
    notices.push({ code: 'PROFILE_DAMAGED', message })
  }
  return { records, notices }
}

/**
 * Reads the profiles. A file nobody understands is put aside and the built-in profile is used; an entry
 * nobody understands stays where it is. `notices` says so. Rejects when the file can be neither read nor put aside.
 */
export async function readRecords(file: string): Promise<{ records: ProfileRecords; notices: Notice[] }> {
  const fresh: ProfileRecords = { current: builtInId, profiles: [builtIn(new Date())], damaged: [] }
  const text = await readStoredFile(file)
  if (text === undefined) return { records: fresh, notices: [] }
  try {
    const { records, notices } = parse(text)
    if (records.profiles.some(({ id }) => id === records.current)) return { records, notices }
    // Whoever chose it meant something else than what is used now: that must not be lost at the next write.
    const aside = `${file}.before-${new Date().toISOString().replaceAll(':', '-')}`
    await copyFile(file, aside)
    if (!records.profiles.some(({ id }) => id === builtInId)) records.profiles.unshift(builtIn(new Date()))
    records.current = builtInId
    const message = `The profile that was in use cannot be used any more, so This computer is. The file of profiles as it was is kept as ${basename(aside)}.`
    return { records, notices: [...notices, { code: 'CURRENT_PROFILE_UNUSABLE', message }] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const aside = basename(await setAside(file, new Date()))
    const message = `The file of profiles could not be used: ${why}. It was kept as ${aside}, and the profile This computer is used.`
    return { records: fresh, notices: [{ code: 'PROFILES_SET_ASIDE', message }] }
  }
}

export function writeRecords(file: string, { current, profiles, damaged }: ProfileRecords): Promise<void> {
  return writeStoredFile(file, { version: fileVersion, current, profiles: [...profiles, ...damaged] })
}
