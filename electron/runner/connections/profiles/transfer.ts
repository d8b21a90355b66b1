import { randomBytes, scrypt } from 'node:crypto'
import * as z from 'zod'
import {
  profileSettingsSchema,
  secretPathSchema,
  secretPathsOf,
  type ProfileSecrets,
  type ProfileSettings,
} from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import {
  profileFileSchema,
  profileFileVersion,
  type ProfileFile,
  type SealedSecrets,
} from '../../../contract/profile-file.ts'
import { openWith, sealWith } from './key-file-box.ts'

/** A profile on its way from one Toril to another. */
export interface Transferred {
  settings: ProfileSettings
  secrets: ProfileSecrets
}

/** OWASP's password storage cheat sheet: N = 2^17, r = 8, p = 1, which takes 128 MiB. */
const cost = 131_072
const blockSize = 8
const parallel = 1

function keyOf(
  passphrase: string,
  salt: Buffer,
  { cost: N, blockSize: r, parallel: p }: Omit<SealedSecrets, 'sealed' | 'salt' | 'kdf'>,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // Twice what the algorithm needs: OpenSSL counts its own overhead too.
  scrypt(passphrase.normalize('NFKC'), salt, 32, { N, r, p, maxmem: 256 * N * r * p }, (error, key) => {
    if (error === null) resolve(key)
    else reject(error)
  })
  return promise
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

/** Binds the secrets to their profiles: a file whose host was changed on the way must not lead a password there. */
const boundTo = (profiles: readonly ProfileSettings[]): string => JSON.stringify(sorted(profiles))

const secretsSchema = z.array(z.partialRecord(secretPathSchema, z.string().min(1)))

/** Without a passphrase the secrets are left out. */
export async function exportProfiles(transferred: readonly Transferred[], passphrase?: string): Promise<ProfileFile> {
  const profiles = transferred.map(({ settings }) => settings)
  const file: ProfileFile = {
    format: 'toril-profiles',
    version: profileFileVersion,
    exportedAt: new Date().toISOString(),
    profiles,
  }
  if (passphrase === undefined) return file
  const salt = randomBytes(16)
  const key = await keyOf(passphrase, salt, { cost, blockSize, parallel })
  const sealed = sealWith(key, JSON.stringify(transferred.map(({ secrets }) => secrets)), boundTo(profiles))
  return { ...file, secrets: { kdf: 'scrypt', cost, blockSize, parallel, salt: salt.toString('base64'), sealed } }
}

/** Reads an exported file. Rejects INVALID_PROFILE_FILE with the fields, or WRONG_PASSPHRASE. */
export async function readExported(
  input: unknown,
  passphrase?: string,
): Promise<{ transferred: Transferred[]; secretsLeftOut: boolean }> {
  const parsed = profileFileSchema.safeParse(input)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => ({
      path: ['file', ...path.map((key) => (typeof key === 'number' ? key : String(key)))],
      message,
    }))
    const where = issues[0]?.path.join('.') ?? 'file'
    const message = `This is no file of profiles that Toril exported, or one of another version: ${where} ${issues[0]?.message ?? 'is wrong'}. Nothing was imported.`
    throw new TorilError('INVALID_PROFILE_FILE', message, { issues })
  }
  const { profiles, secrets } = parsed.data
  if (secrets === undefined || passphrase === undefined) {
    const transferred = profiles.map((settings) => ({ settings, secrets: {} }))
    return { transferred, secretsLeftOut: secrets !== undefined }
  }
  const list = await openSecrets(profiles, secrets, passphrase)
  const transferred = profiles.map((settings, index) => {
    const fitting = secretPathsOf(settings)
    const own = Object.entries(list[index] ?? {}).filter(([path]) => fitting.some((known) => known === path))
    return { settings: profileSettingsSchema.parse(settings), secrets: Object.fromEntries(own) }
  })
  return { transferred, secretsLeftOut: false }
}

async function openSecrets(
  profiles: ProfileSettings[],
  { salt, sealed, ...parameters }: SealedSecrets,
  passphrase: string,
): Promise<ProfileSecrets[]> {
  const key = await keyOf(passphrase, Buffer.from(salt, 'base64'), parameters)
  try {
    return secretsSchema.parse(JSON.parse(openWith(key, sealed, boundTo(profiles))))
  } catch (error) {
    const message = 'The passphrase is wrong, or the file was changed since it was exported. Nothing was imported.'
    throw new TorilError('WRONG_PASSPHRASE', message, { cause: error })
  }
}
