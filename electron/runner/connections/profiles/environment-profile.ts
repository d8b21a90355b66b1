import {
  profileDraftSchema,
  settingsOf,
  type ConnectionProfile,
  type HistoryPart,
  type ProfileSecrets,
  type QueuePart,
} from '../../../contract/connection-profile.ts'
import { parseConnectionUrl } from '../../../contract/connection-url.ts'
import { TorilError } from '../../../contract/errors.ts'
import type { SystemInfo } from '../../../contract/runner.ts'
import type { Environment } from '../../environment.ts'
import { placeOfQueue, placeOfUrl } from '../place-names.ts'
import type { GivenProfile, ProfileStore } from './profile-store.ts'

function refused(variable: string, why: string): TorilError {
  return new TorilError('INVALID_PREFERENCES', `Environment variable ${variable} ${why}.`, {
    issues: [{ path: [variable], message: why }],
  })
}

/**
 * Reads `TORIL_PROFILE`: a profile as JSON, or else the name or id of a stored one. Whoever starts a runner with
 * a profile of its own means it to work, so this one is read-only only when it says so.
 * Throws INVALID_PREFERENCES that never repeats the text: passwords stand in it.
 */
export function chosenProfile({ TORIL_PROFILE: text }: Environment): GivenProfile | string | undefined {
  if (text === undefined || !text.startsWith('{')) return text
  let input: unknown
  try {
    input = JSON.parse(text)
  } catch {
    throw refused('TORIL_PROFILE', 'starts like JSON, but is not valid JSON')
  }
  const parsed = profileDraftSchema.safeParse({ name: 'Environment', readOnly: false, ...(input as object) })
  if (!parsed.success) {
    const { path = [], message = '' } = parsed.error.issues[0] ?? {}
    throw refused('TORIL_PROFILE', `is no profile: ${path.length === 0 ? 'it' : path.map(String).join('.')} ${message}`)
  }
  const secrets = Object.entries(parsed.data.secrets ?? {}).filter(
    (entry): entry is [string, string] => entry[1] !== null,
  )
  return { settings: settingsOf(parsed.data), secrets: Object.fromEntries(secrets) }
}

function redisOf({ REDIS_URL, REDIS_PORT }: Environment): { queue: QueuePart; secrets: ProfileSecrets } | undefined {
  if (REDIS_URL === undefined && REDIS_PORT === undefined) return undefined
  try {
    const parsed = parseConnectionUrl(REDIS_URL ?? '127.0.0.1', REDIS_PORT)
    if ('queue' in parsed) return parsed
  } catch (error) {
    const why = error instanceof TorilError ? error.issues?.[0]?.message : undefined
    throw refused('REDIS_URL', why ?? 'is not a valid URL')
  }
  throw refused('REDIS_URL', 'leads to a PostgreSQL. Set DATABASE_URL for that')
}

/** What the runner connects to: the profile in use, with what the environment says instead. */
export interface WantedConnections {
  queueName: string
  prefix: string
  queue: QueuePart
  /** A database that the environment names is used by its URL as it is. */
  history: HistoryPart | { kind: 'url'; url: string }
  queueSecrets(): ProfileSecrets
  historySecrets(): ProfileSecrets
  /** How an error names the place to put something right. */
  queueSetting: string
  historySetting: string
  environment: SystemInfo['environment']
}

/** The environment beats the profile, field by field. Throws INVALID_PREFERENCES naming the variable. */
export function wantedConnections(
  profile: ConnectionProfile,
  profiles: Pick<ProfileStore, 'secretsOf'>,
  environment: Environment,
): WantedConnections {
  const redis = redisOf(environment)
  const { DATABASE_URL: url, TORIL_QUEUE: queueName, TORIL_PROFILE, TORIL_JOBS_DIR } = environment
  const history = url === undefined ? profile.history : ({ kind: 'url', url } as const)
  // DATABASE_URL replaces the embedded server as a whole.
  const own: QueuePart = url !== undefined && profile.queue.kind === 'embedded' ? { kind: 'postgres' } : profile.queue
  const queue = redis?.queue ?? own

  const fields: SystemInfo['environment'] = []
  const add = (variable: string, field: string, value: string | undefined): void => {
    if (value !== undefined) fields.push({ variable, field, value })
  }
  add('TORIL_PROFILE', 'profile', TORIL_PROFILE === undefined ? undefined : profile.name)
  const redisVariable = environment.REDIS_URL === undefined ? 'REDIS_PORT' : 'REDIS_URL'
  // Addresses are shown without what is secret in them.
  add(redisVariable, 'profile.queue', redis === undefined ? undefined : placeOfQueue(redis.queue))
  add('DATABASE_URL', 'profile.history', url === undefined ? undefined : placeOfUrl(url))
  add('TORIL_QUEUE', 'profile.queueName', queueName)
  add('TORIL_JOBS_DIR', 'jobs.folder', TORIL_JOBS_DIR)

  const setting = TORIL_PROFILE?.startsWith('{') === true ? 'TORIL_PROFILE' : `the profile ${profile.name}`
  return {
    queueName: queueName ?? profile.queueName,
    prefix: profile.prefix,
    queue,
    history,
    queueSecrets: () => redis?.secrets ?? profiles.secretsOf(profile, 'queue'),
    historySecrets: () => profiles.secretsOf(profile, 'history'),
    queueSetting: redis === undefined ? setting : redisVariable,
    historySetting: url === undefined ? setting : 'DATABASE_URL',
    environment: fields,
  }
}
