import { join } from 'node:path'
import type { Environment } from '../../environment.ts'
import { createProfileStore } from './create-profile-store.ts'
import { chosenProfile } from './environment-profile.ts'
import { createKeyFileBox } from './key-file-box.ts'
import type { ProfileStore } from './profile-store.ts'
import type { SecretBox } from './secret-box.ts'
import type { Notice } from './secret-store.ts'

/** How a shell has the secrets of profiles sealed. */
export interface Sealing {
  /** A key file in the data folder unless given. */
  secretBox?: SecretBox
  /** Shown once passwords are stored in spite of there being no keychain. */
  noKeychain?: Notice
}

/** The profiles of a data folder, with what the environment says. Rejects as `createProfileStore` does. */
export async function openProfiles(
  options: { dataDir: string; environment: Environment } & Sealing,
): Promise<ProfileStore> {
  const { dataDir, environment, secretBox, noKeychain } = options
  const chosen = chosenProfile(environment)
  const store = await createProfileStore({
    dataDir,
    box: secretBox ?? createKeyFileBox(join(dataDir, 'secrets.key')),
    ...(chosen === undefined ? {} : { chosen }),
  })
  return {
    ...store,
    notices() {
      const sealed = store.list().profiles.some(({ secretsSet }) => secretsSet.length > 0)
      return [...(noKeychain === undefined || !sealed ? [] : [noKeychain]), ...store.notices()]
    },
  }
}
