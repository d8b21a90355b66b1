import { TorilError } from '../../contract/errors.ts'

/** The one refusal of a read-only profile, wherever it is met. */
export function readOnlyError(profileName: string): TorilError {
  const message = `${profileName} is read-only. Nothing was changed. Allow changes for some minutes, or turn off read-only in the profile.`
  return new TorilError('READ_ONLY', message)
}
