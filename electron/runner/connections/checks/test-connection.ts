import type * as z from 'zod'
import {
  secretPathsOf,
  settingsOf,
  type ProfileSecrets,
  type ProfileSettings,
} from '../../../contract/connection-profile.ts'
import type { ConnectionTest, connectionTestInputSchema } from '../../../contract/connection-test.ts'
import { TorilError } from '../../../contract/errors.ts'
import { StopStack } from '../../stop-stack.ts'
import type { ProfileStore } from '../profiles/profile-store.ts'
import { goesElsewhere, mustBeGivenAgain } from '../profiles/secret-destination.ts'
import type { Check, TestContext } from './check.ts'
import { embeddedCheck, managedRedisCheck } from './own-servers.ts'
import { postgresChecks } from './postgres-checks.ts'
import { redisChecks } from './redis-checks.ts'
import { runChecks } from './run-checks.ts'

export type TestInput = z.output<typeof connectionTestInputSchema>

export interface TestPlace {
  dataDir: string
  postgresBinariesDir?: string
}

interface Tested {
  settings: ProfileSettings
  secrets: ProfileSecrets
}

/** What is tested, by the rules of storing it: a secret is never sent elsewhere than it was entered for. */
function tested(profiles: Pick<ProfileStore, 'get' | 'secretsOf'>, { id, draft }: TestInput): Tested {
  const stored = id === undefined ? undefined : profiles.get(id)
  if (draft === undefined) {
    if (stored === undefined) throw new TorilError('INVALID_REQUEST', 'Give id or draft.')
    return { settings: stored, secrets: profiles.secretsOf(stored) }
  }
  const settings = settingsOf(draft)
  const fitting = secretPathsOf(settings)
  const secrets: ProfileSecrets = {}
  const astray: string[] = []
  const kept = stored === undefined ? [] : stored.secretsSet.filter((path) => draft.secrets?.[path] === undefined)
  const open = stored === undefined || kept.length === 0 ? {} : profiles.secretsOf(stored)
  for (const path of fitting) {
    const given = draft.secrets?.[path]
    if (typeof given === 'string') secrets[path] = given
    else if (stored !== undefined && kept.includes(path)) {
      const value = open[path]
      if (goesElsewhere(path, stored, settings)) astray.push(path)
      else if (value !== undefined) secrets[path] = value
    }
  }
  if (astray.length === 0) return { settings, secrets }
  throw new TorilError('INVALID_PROFILE', `${astray.join(', ')} ${mustBeGivenAgain}.`, {
    issues: astray.map((path) => ({ path: ['secrets', path], message: mustBeGivenAgain })),
  })
}

function plan(context: TestContext): Check[] {
  const { queue, history } = context.settings
  const kept = (): Check[] =>
    history.kind === 'postgres' ? postgresChecks(history, context) : [embeddedCheck('history', context)]
  switch (queue.kind) {
    case 'embedded':
      // One server for both.
      return history.kind === 'embedded' ? kept() : [embeddedCheck('queue', context), ...kept()]
    case 'postgres':
      return kept()
    case 'managed-redis':
      return [managedRedisCheck(context), ...kept()]
    case 'redis':
    case 'sentinel':
    case 'cluster':
      return [...redisChecks(queue, context), ...kept()]
  }
}

/**
 * Tries a profile step by step and tells as it goes. Changes nothing on any server. Throws PROFILE_NOT_FOUND,
 * INVALID_PROFILE or SECRETS_LOCKED before the first step.
 */
export function testConnection(
  profiles: Pick<ProfileStore, 'get' | 'secretsOf'>,
  input: TestInput,
  place: TestPlace,
  signal: AbortSignal,
): AsyncIterable<ConnectionTest> {
  const { settings, secrets } = tested(profiles, input)
  const context: TestContext = {
    settings,
    secrets,
    dataDir: place.dataDir,
    ...(place.postgresBinariesDir === undefined ? {} : { postgresBinariesDir: place.postgresBinariesDir }),
    setting: `the profile ${settings.name}`,
    ...(input.acceptHostKey === undefined ? {} : { acceptHostKey: input.acceptHostKey }),
    stops: new StopStack(),
  }
  return runChecks(plan(context), context, signal)
}

/** Runs it to its end. */
export async function wholeTest(steps: AsyncIterable<ConnectionTest>): Promise<ConnectionTest> {
  let last: ConnectionTest | undefined
  for await (const told of steps) last = told
  if (last?.over !== true) throw new TorilError('RUNNER_STOPPING', 'The test was stopped before its end.')
  return last
}
