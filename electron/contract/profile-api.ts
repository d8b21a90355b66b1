import { oc } from '@orpc/contract'
import * as z from 'zod'
import { connectionProfileSchema, profileDraftSchema, profilePatchSchema } from './connection-profile.ts'
import { foundQueuesSchema } from './found-queue.ts'
import { jsonSchema } from './json.ts'
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

/** Connection profiles. Passwords are written and never answered. */
export const profilesContract = {
  list: oc
    .route({ method: 'GET', path: '/profiles', tags: ['Profiles'], summary: 'All connection profiles' })
    .output(profileListSchema),
  create: oc
    .route({
      method: 'POST',
      path: '/profiles',
      successStatus: 201,
      tags: ['Profiles'],
      summary: 'Add a connection profile',
    })
    .input(profileDraftSchema)
    .output(connectionProfileSchema),
  update: oc
    .route({ method: 'PATCH', path: '/profiles/{id}', tags: ['Profiles'], summary: 'Change a connection profile' })
    .input(z.strictObject({ ...idSchema.shape, ...profilePatchSchema.shape }))
    .output(connectionProfileSchema),
  remove: oc
    .route({
      method: 'DELETE',
      path: '/profiles/{id}',
      successStatus: 204,
      tags: ['Profiles'],
      summary: 'Remove a connection profile and its passwords',
    })
    .input(idSchema)
    .output(z.void()),
  queues: oc
    .route({
      method: 'GET',
      path: '/profiles/{id}/queues',
      tags: ['Profiles'],
      summary: "The queues of BullMQ on the profile's server, whoever made them",
    })
    .input(idSchema)
    .output(foundQueuesSchema),
  export: oc
    .route({
      method: 'POST',
      path: '/profiles/export',
      tags: ['Profiles'],
      summary: 'Export profiles, with a passphrase also their passwords',
    })
    .input(z.strictObject({ ids: z.array(z.string().min(1)).optional(), passphrase: passphraseSchema.optional() }))
    .output(profileFileSchema),
  import: oc
    .route({ method: 'POST', path: '/profiles/import', tags: ['Profiles'], summary: 'Import exported profiles' })
    .input(z.strictObject({ file: jsonSchema, passphrase: z.string().max(1024).optional() }))
    .output(profileImportSchema),
}
