import * as z from 'zod'
import { profileSettingsSchema } from './connection-profile.ts'
import { timeSchema } from './json.ts'

/** The version of the format of exported profiles. */
export const profileFileVersion = 1

const base64Schema = z.base64().max(8_000_000)

/** Passwords of exported profiles, sealed with a key made of the passphrase: scrypt, then AES-256-GCM. */
const sealedSecretsSchema = z.strictObject({
  kdf: z.literal('scrypt'),
  /** scrypt's own parameters. Bounded: the file may come from anyone. */
  cost: z.int().min(16_384).max(1_048_576),
  blockSize: z.int().min(8).max(16),
  parallel: z.int().min(1).max(4),
  salt: base64Schema,
  /** Initialisation vector, ciphertext and tag, one after the other. */
  sealed: base64Schema,
})
export type SealedSecrets = z.infer<typeof sealedSecretsSchema>

/** Exported profiles. Without a passphrase they have no passwords. */
export const profileFileSchema = z.strictObject({
  format: z.literal('toril-profiles'),
  version: z.literal(profileFileVersion),
  exportedAt: timeSchema,
  profiles: z.array(profileSettingsSchema).min(1).max(10_000),
  secrets: sealedSecretsSchema.optional(),
})
export type ProfileFile = z.infer<typeof profileFileSchema>
