import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { connectionProfileSchema, profileDraftSchema, profilePatchSchema } from './connection-profile.ts'
import { connectionTestInputSchema, connectionTestSchema } from './connection-test.ts'
import { confirmationShape } from './confirmation.ts'
import { changingOwn, reading } from './effect.ts'
import { foundQueuesSchema } from './found-queue.ts'
import { jsonSchema, timeSchema } from './json.ts'
import { profileFileSchema } from './profile-file.ts'

export const profileListSchema = z.object({
  profiles: z.array(connectionProfileSchema),
  /** The one in use. */
  currentId: z.string(),
  /** `TORIL_PROFILE` says which one is used: no other can be chosen. */
  fixedByEnvironment: z.boolean(),
})
export type ProfileList = z.infer<typeof profileListSchema>

const idSchema = z.object({ id: z.string().min(1) })
const passphraseSchema = z.string().min(8).max(1024)

export const profileImportSchema = z.object({
  profiles: z.array(connectionProfileSchema),
  /** The file holds passwords, and no passphrase was given. */
  secretsLeftOut: z.boolean(),
})

/** Whether the profile in use may be changed through. */
export const changesSchema = z.object({
  /** As the profile says. */
  readOnly: z.boolean(),
  /** Changes are allowed until then although the profile is read-only; absent while they are not. */
  allowedUntil: timeSchema.optional(),
})
export type Changes = z.infer<typeof changesSchema>

/** Connection profiles. Passwords are written and never answered. */
export const profilesContract = {
  list: reading
    .route({ method: 'GET', path: '/profiles', tags: ['Profiles'], summary: 'All connection profiles' })
    .output(profileListSchema),
  create: changingOwn
    .route({
      method: 'POST',
      path: '/profiles',
      successStatus: 201,
      tags: ['Profiles'],
      summary: 'Add a connection profile',
    })
    .input(profileDraftSchema)
    .output(connectionProfileSchema),
  update: changingOwn
    .route({ method: 'PATCH', path: '/profiles/{id}', tags: ['Profiles'], summary: 'Change a connection profile' })
    .input(
      z.strictObject({
        ...idSchema.shape,
        ...profilePatchSchema.shape,
        /** The profile's name as it is, as a person typed it; needed to take read-only or the tag away from production. */
        confirm: confirmationShape.confirm,
      }),
    )
    .output(connectionProfileSchema),
  remove: changingOwn
    .route({
      method: 'DELETE',
      path: '/profiles/{id}',
      successStatus: 204,
      tags: ['Profiles'],
      summary: 'Remove a connection profile and its passwords',
    })
    .input(idSchema)
    .output(z.void()),
  queues: reading
    .route({
      method: 'GET',
      path: '/profiles/{id}/queues',
      tags: ['Profiles'],
      summary: "The queues of BullMQ on the profile's server, whoever made them",
    })
    .input(idSchema)
    .output(foundQueuesSchema),
  use: changingOwn
    .route({
      method: 'POST',
      path: '/profiles/{id}/use',
      tags: ['Profiles'],
      summary: 'Move the runner to another profile',
    })
    .input(
      z.strictObject({
        ...idSchema.shape,
        graceMs: z
          .int()
          .min(0)
          .max(24 * 3_600_000)
          .optional(),
      }),
    )
    .output(connectionProfileSchema),
  export: reading
    .route({
      method: 'POST',
      path: '/profiles/export',
      tags: ['Profiles'],
      summary: 'Export profiles, with a passphrase also their passwords',
    })
    .input(z.strictObject({ ids: z.array(z.string().min(1)).optional(), passphrase: passphraseSchema.optional() }))
    .output(profileFileSchema),
  import: changingOwn
    .route({ method: 'POST', path: '/profiles/import', tags: ['Profiles'], summary: 'Import exported profiles' })
    .input(z.strictObject({ file: jsonSchema, passphrase: z.string().max(1024).optional() }))
    .output(profileImportSchema),
  allowChanges: changingOwn
    .route({
      method: 'POST',
      path: '/profiles/{id}/changes',
      tags: ['Profiles'],
      summary: 'Allow changes through the read-only profile in use for some minutes',
    })
    .input(
      z.strictObject({
        ...idSchema.shape,
        /** The name of the profile, as a person typed it. */
        name: z.string(),
        minutes: z.number().positive().max(60).default(15),
      }),
    )
    .output(changesSchema),
  endChanges: changingOwn
    .route({
      method: 'DELETE',
      path: '/profiles/{id}/changes',
      tags: ['Profiles'],
      summary: 'Allow no more changes through the read-only profile in use',
    })
    .input(idSchema)
    .output(changesSchema),
  test: changingOwn
    .route({
      method: 'POST',
      path: '/profiles/test',
      tags: ['Profiles'],
      summary: 'Test the connection of a profile step by step',
    })
    .input(connectionTestInputSchema)
    .output(connectionTestSchema),
  watchTest: changingOwn
    .route({
      method: 'POST',
      path: '/profiles/test/steps',
      tags: ['Profiles'],
      summary: 'The same, told as it goes (server-sent events)',
    })
    .input(connectionTestInputSchema)
    .output(eventIterator(connectionTestSchema)),
}
