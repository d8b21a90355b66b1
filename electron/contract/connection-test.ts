import * as z from 'zod'
import { profileDraftSchema } from './connection-profile.ts'

/** What a connection test looks at. Which of them there are depends on the profile. */
const connectionStepNameSchema = z.enum([
  /** The program or the server that Toril runs itself. */
  'program',
  'resolve',
  'tunnel',
  'tcp',
  /** Whether the sentinels answer, and which master they name. */
  'sentinels',
  'tls',
  'auth',
  'version',
  /** State, slots and nodes of a cluster. */
  'cluster',
  /** Whether it takes changes: no replica, not read-only. */
  'writable',
  'eviction',
  'persistence',
  /** Commands, keys and schemas that the user may use. */
  'rights',
  /** Queues that are there already. */
  'queues',
  'round-trip',
])
export type ConnectionStepName = z.infer<typeof connectionStepNameSchema>

/** A host key that no known_hosts file has yet. Accepted by its fingerprint with the next test. */
const unknownHostKeySchema = z.object({
  /** As it would be written into known_hosts: `host`, or `[host]:port`. */
  name: z.string(),
  host: z.string(),
  port: z.int(),
  /** Such as `ssh-ed25519`. */
  keyType: z.string(),
  /** As OpenSSH shows it: `SHA256:` and 43 characters. */
  fingerprint: z.string(),
})

const connectionStepSchema = z.object({
  /** Which half of the profile it is about. */
  part: z.enum(['queue', 'history']),
  step: connectionStepNameSchema,
  /** `skipped`: not tried, because a step before it failed. */
  state: z.enum(['waiting', 'running', 'ok', 'warning', 'failed', 'skipped']),
  /** How long it took, ms; once it is over. */
  ms: z.number().min(0).optional(),
  /** What was found, in a few words. */
  detail: z.string().optional(),
  /** Of a warning or failure: one sentence about what it means and what to change. */
  message: z.string().optional(),
  hostKey: unknownHostKeySchema.optional(),
})
export type ConnectionStep = z.infer<typeof connectionStepSchema>

/** How far a test is. It stops at the first failure; a warning does not stop it. */
export const connectionTestSchema = z.object({
  /** All steps, in their order, from the start. */
  steps: z.array(connectionStepSchema),
  /** So far, ms. */
  ms: z.number().min(0),
  /** The last message says true. */
  over: z.boolean(),
  /** True once it is over and no step failed. */
  ok: z.boolean(),
})
export type ConnectionTest = z.infer<typeof connectionTestSchema>

/**
 * A stored profile, a draft, or a stored one as it would be with the fields of the draft: then stored secrets that
 * the draft leaves out are used, as an update would keep them.
 */
export const connectionTestInputSchema = z
  .strictObject({
    id: z.string().min(1).optional(),
    draft: profileDraftSchema.optional(),
    /** Fingerprint of a host key that may be written into Toril's known_hosts: the only thing a test ever writes. */
    acceptHostKey: z.string().max(200).optional(),
  })
  .refine((input) => input.id !== undefined || input.draft !== undefined, { message: 'must have id or draft' })
