import * as z from 'zod'

/** What every act that destroys takes. */
export const confirmationShape = {
  /** Changes nothing and answers how many jobs would be touched; also while the profile is read-only. */
  dryRun: z.boolean().optional(),
  /** The name of the profile in use, as a person typed it; needed when that profile is production. */
  confirm: z.string().max(200).optional(),
}
