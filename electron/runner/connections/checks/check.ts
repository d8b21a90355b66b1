import type { ConnectionStep, ConnectionStepName } from '../../../contract/connection-test.ts'
import type { ProfileSecrets, ProfileSettings } from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import { reasonOf } from '../../queue/server-refusal.ts'
import type { StopStack } from '../../stop-stack.ts'
import type { UnknownHostKey } from '../tunnel/tunnel-config.ts'

/** What a step found. A failure is thrown. */
export interface Found {
  detail: string
  /** Makes a warning of it. */
  warning?: string
}

export interface Check {
  part: ConnectionStep['part']
  step: ConnectionStepName
  run(): Promise<Found>
}

/** What all checks of one test share. */
export interface TestContext {
  settings: ProfileSettings
  secrets: ProfileSecrets
  dataDir: string
  /** PostgreSQL's binaries in a packaged app. */
  postgresBinariesDir?: string
  /** Where something is to be put right, for errors. */
  setting: string
  acceptHostKey?: string
  /** The host key that was not known, once one was met. */
  unknownHostKey?: UnknownHostKey
  /** Closes what the checks opened. */
  stops: StopStack
}

/** How long one step may take. */
export const stepMs = 10_000

/** One sentence from what was thrown, naming the server. */
export function failure(label: string, error: unknown): TorilError {
  if (error instanceof TorilError) return error
  return new TorilError('UNAVAILABLE', `${label} cannot be used: ${reasonOf(error)}.`, { cause: error })
}

/** Runs a step whose errors are about the server of this name. */
export async function about<T>(label: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw failure(label, error)
  }
}

/** Whether a user is missing the right to ask, which is no failure of the server. */
export function isDenied(error: unknown): boolean {
  return error instanceof Error && /NOPERM|unknown command/i.test(error.message)
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
