import type { ProfileEnvironment } from '../../electron/contract/connection-profile.ts'

const labels: Record<ProfileEnvironment, string> = {
  development: 'Development',
  staging: 'Staging',
  production: 'Production',
}

/** What a profile is for. It takes the colour of the profile from `--profile`; the word says it without colour. */
export function EnvironmentTag({ environment }: { environment: ProfileEnvironment }) {
  return <span className={`env env-${environment}`}>{labels[environment]}</span>
}
