import { profileFileName, type CpuProfile } from '../../../electron/contract/profile.ts'

/** Saves the profile as a `.cpuprofile`, which Chrome's DevTools and VS Code open. */
export function saveProfile(profile: CpuProfile): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(profile)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = profileFileName(profile.$toril.job)
  link.click()
  // The browser has read the address by the next turn, not the contents, which it keeps itself.
  setTimeout(() => URL.revokeObjectURL(url))
}
