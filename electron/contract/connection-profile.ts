import * as z from 'zod'
import { timeSchema } from './json.ts'

/** A name or an address. `host:port` in one field is refused: the port has a field of its own. */
const hostSchema = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .refine(isHost, 'must be a host name or an address; port, user and scheme have fields of their own')

function isHost(text: string): boolean {
  const colons = text.split(':').length - 1
  return /^[^\s/\\@?#[\]]+$/.test(text) && (colons === 0 || (colons > 1 && /^[0-9a-f:.]+(%\w+)?$/i.test(text)))
}

const portSchema = z.int().min(1).max(65_535)
const userSchema = z.string().min(1).max(255)
const fileSchema = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'must be an absolute path')

export const hostPortSchema = z.strictObject({ host: hostSchema, port: portSchema })
export type HostPort = z.infer<typeof hostPortSchema>

/** How TLS is spoken; without it none is. Files are PEM, and are read when the profile is opened or tested. */
export const tlsPartSchema = z
  .strictObject({
    /** Certificates to trust instead of the system's. */
    caFile: fileSchema.optional(),
    /** The client's own certificate, with `keyFile`. */
    certFile: fileSchema.optional(),
    keyFile: fileSchema.optional(),
    /** The name the certificate must bear, when it is not the host's. */
    serverName: hostSchema.optional(),
    /** False takes any certificate: whoever sits in between reads and changes everything. */
    verify: z.boolean().default(true),
  })
  .superRefine((tls, context) => {
    if ((tls.certFile === undefined) === (tls.keyFile === undefined)) return
    const [missing, given] = tls.keyFile === undefined ? ['keyFile', 'certFile'] : ['certFile', 'keyFile']
    context.addIssue({ code: 'custom', path: [missing], message: `is needed with ${given}` })
  })
export type TlsPart = z.infer<typeof tlsPartSchema>

const jumpSchema = z.strictObject({
  host: z.string().trim().min(1).max(255).regex(/^\S+$/, 'must have no space'),
  port: portSchema.optional(),
  user: userSchema.optional(),
})

/** An SSH connection through which the servers are reached; their addresses are as seen from its far end. */
export const tunnelPartSchema = z
  .strictObject({
    /** A name, an address, or an alias of `~/.ssh/config`. */
    ...jumpSchema.shape,
    /** `auto` tries the agent, then keys, then the password. */
    auth: z.enum(['auto', 'agent', 'key', 'password']).default('auto'),
    keyFile: fileSchema.optional(),
    /** Whether `~/.ssh/config` is read for what is left out here. */
    sshConfig: z.boolean().default(true),
    /** Hosts in between, the first one first; without it what the SSH configuration says. */
    jump: z.array(jumpSchema).max(8).optional(),
    /** How often a sign of life is sent; 0 for never. */
    keepaliveMs: z.int().min(0).max(3_600_000).default(15_000),
  })
  .superRefine((tunnel, context) => {
    if (tunnel.auth !== 'key' || tunnel.keyFile !== undefined || tunnel.sshConfig) return
    const message = 'is needed when auth is key and the SSH configuration is not read'
    context.addIssue({ code: 'custom', path: ['keyFile'], message })
  })
export type TunnelPart = z.infer<typeof tunnelPartSchema>

const databaseSchema = z.int().min(0).max(99_999).default(0)

const redisQueueSchema = z
  .strictObject({
    kind: z.literal('redis'),
    host: hostSchema.default('127.0.0.1'),
    port: portSchema.default(6379),
    /** A unix socket; host and port then mean nothing. */
    socket: fileSchema.optional(),
    username: userSchema.optional(),
    database: databaseSchema,
    tls: tlsPartSchema.optional(),
    tunnel: tunnelPartSchema.optional(),
  })
  .superRefine((queue, context) => {
    if (queue.socket === undefined) return
    for (const part of ['tls', 'tunnel'] as const) {
      if (queue[part] === undefined) continue
      context.addIssue({ code: 'custom', path: [part], message: 'cannot be used with a unix socket' })
    }
  })

const sentinelQueueSchema = z.strictObject({
  kind: z.literal('sentinel'),
  sentinels: z.array(hostPortSchema).min(1).max(100),
  masterName: z.string().trim().min(1).max(255),
  /** Of the Redis servers; the sentinels have their own below. */
  username: userSchema.optional(),
  database: databaseSchema,
  tls: tlsPartSchema.optional(),
  sentinelUsername: userSchema.optional(),
  sentinelTls: tlsPartSchema.optional(),
  tunnel: tunnelPartSchema.optional(),
})

const clusterQueueSchema = z.strictObject({
  kind: z.literal('cluster'),
  seeds: z.array(hostPortSchema).min(1).max(100),
  /** Addresses as the cluster announces them (`host:port`) to those where they are reached. */
  natMap: z.record(z.string().regex(/^.+:\d{1,5}$/, 'must have the form host:port'), hostPortSchema).optional(),
  username: userSchema.optional(),
  tls: tlsPartSchema.optional(),
  tunnel: tunnelPartSchema.optional(),
})

/** Where jobs wait. */
export const queuePartSchema = z.discriminatedUnion('kind', [
  /** The PostgreSQL that comes with Toril. */
  z.strictObject({ kind: z.literal('embedded') }),
  /** The database of the history, which must be a PostgreSQL too. */
  z.strictObject({ kind: z.literal('postgres') }),
  /** A redis-server or valkey-server of this computer, run by Toril for itself. */
  z.strictObject({ kind: z.literal('managed-redis') }),
  redisQueueSchema,
  sentinelQueueSchema,
  clusterQueueSchema,
])
export type QueuePart = z.infer<typeof queuePartSchema>
export type QueueKind = QueuePart['kind']

const postgresHistorySchema = z
  .strictObject({
    kind: z.literal('postgres'),
    /** A name, an address, or the absolute folder of a unix socket. */
    host: z.union([fileSchema, hostSchema]),
    port: portSchema.default(5432),
    database: z.string().min(1).max(255),
    user: userSchema.optional(),
    tls: tlsPartSchema.optional(),
    tunnel: tunnelPartSchema.optional(),
  })
  .superRefine((history, context) => {
    if (!history.host.startsWith('/')) return
    for (const part of ['tls', 'tunnel'] as const) {
      if (history[part] === undefined) continue
      context.addIssue({ code: 'custom', path: [part], message: 'cannot be used with a unix socket' })
    }
  })

/** Where what is kept of jobs lives. */
export const historyPartSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('embedded') }),
  postgresHistorySchema,
])
export type HistoryPart = z.infer<typeof historyPartSchema>

/** The profile colours of the design tokens (`--profile-*`). */
export const profileColours = ['slate', 'teal', 'blue', 'violet', 'orange', 'crimson'] as const
export const profileColourSchema = z.enum(profileColours)
export type ProfileColour = z.infer<typeof profileColourSchema>

export const profileEnvironmentSchema = z.enum(['development', 'staging', 'production'])
export type ProfileEnvironment = z.infer<typeof profileEnvironmentSchema>

/** Fields that are written and never read, by their path in the profile. */
export const secretPaths = [
  'queue.password',
  'queue.sentinelPassword',
  'queue.tls.keyPassphrase',
  'queue.sentinelTls.keyPassphrase',
  'queue.tunnel.password',
  'queue.tunnel.keyPassphrase',
  'history.password',
  'history.tls.keyPassphrase',
  'history.tunnel.password',
  'history.tunnel.keyPassphrase',
] as const
export const secretPathSchema = z.enum(secretPaths)
export type SecretPath = z.infer<typeof secretPathSchema>
/** In clear, inside the runner only. */
export type ProfileSecrets = Partial<Record<SecretPath, string>>

const secretSchema = z.string().min(1).max(65_536)
/** What is absent stays as it is; null takes it away. */
const secretChangesSchema = z.partialRecord(secretPathSchema, secretSchema.nullable())
export type SecretChanges = z.infer<typeof secretChangesSchema>

const fields = {
  name: z.string().trim().min(1).max(60),
  /** Folders by `/`, e.g. `Team/EU`. */
  folder: z
    .string()
    .trim()
    .max(200)
    .regex(/^[^/\s](?:[^/]*[^/\s])?(?:\/[^/\s](?:[^/]*[^/\s])?)*$/, 'must be names with / between them'),
  colour: profileColourSchema,
  environment: profileEnvironmentSchema,
  /** Every change is refused, at every door. */
  readOnly: z.boolean(),
  queueName: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^:\s]+$/, 'must have no colon and no space'),
  /** BullMQ's key prefix on Redis. On a cluster it is put in braces when connecting. */
  prefix: z.string().min(1).max(200).regex(/^\S+$/, 'must have no space'),
  queue: queuePartSchema,
  history: historyPartSchema,
}

const settingsShape = {
  ...fields,
  folder: fields.folder.optional(),
  queueName: fields.queueName.default('toril'),
  prefix: fields.prefix.default('bull'),
}

type Parts = { queue: QueuePart; history: HistoryPart }

function checkParts({ queue, history }: Parts, context: z.RefinementCtx): void {
  if (queue.kind !== 'postgres' || history.kind === 'postgres') return
  const message = 'can be postgres only when the history is on a PostgreSQL of yours; history.kind is embedded'
  context.addIssue({ code: 'custom', path: ['queue', 'kind'], message })
}

function checkSecrets(parts: Parts, secrets: SecretChanges | undefined, context: z.RefinementCtx): void {
  const fitting = secretPathsOf(parts)
  for (const [path, value] of Object.entries(secrets ?? {})) {
    if (value === null || fitting.includes(path as SecretPath)) continue
    const message = 'cannot be set, because the profile has nothing that asks for it'
    context.addIssue({ code: 'custom', path: ['secrets', path], message })
  }
}

/** What a user decides about a profile, without its secrets. */
export const profileSettingsSchema = z.strictObject(settingsShape).superRefine(checkParts)
export type ProfileSettings = z.infer<typeof profileSettingsSchema>

/** A named connection: where jobs wait and where their history is kept. Never holds a secret. */
export const connectionProfileSchema = z
  .strictObject({
    id: z.string().min(1).max(100),
    ...settingsShape,
    createdAt: timeSchema,
    updatedAt: timeSchema,
    /** Which secrets are stored. */
    secretsSet: z.array(secretPathSchema),
  })
  .superRefine(checkParts)
export type ConnectionProfile = z.infer<typeof connectionProfileSchema>

/** A new profile. What is left out is decided by `settingsOf`. */
export const profileDraftSchema = z
  .strictObject({
    ...settingsShape,
    colour: fields.colour.optional(),
    environment: fields.environment.default('development'),
    readOnly: fields.readOnly.optional(),
    queue: fields.queue.default({ kind: 'embedded' }),
    history: fields.history.default({ kind: 'embedded' }),
    secrets: secretChangesSchema.optional(),
  })
  .superRefine((draft, context) => {
    checkParts(draft, context)
    checkSecrets(draft, draft.secrets, context)
  })
/** As a caller writes it. */
export type ProfileDraft = z.input<typeof profileDraftSchema>

/** Any of the fields; `queue` and `history` are replaced as wholes, `folder: null` takes it out of its folder. */
export const profilePatchSchema = z.strictObject({
  ...z.object(fields).partial().shape,
  folder: fields.folder.nullable().optional(),
  secrets: secretChangesSchema.optional(),
})
export type ProfilePatch = z.input<typeof profilePatchSchema>

/**
 * The settings of a new profile. One that leads to another computer, and production, starts read-only, and
 * production starts crimson, unless the draft says otherwise.
 */
export function settingsOf(draft: z.output<typeof profileDraftSchema>): ProfileSettings {
  const { secrets: _secrets, ...rest } = draft
  const colour = draft.colour ?? (draft.environment === 'production' ? 'crimson' : 'slate')
  return { ...rest, colour, readOnly: draft.readOnly ?? (draft.environment === 'production' || isRemote(draft)) }
}

/** Whether anything of it leads to another computer. */
export function isRemote({ queue, history }: Parts): boolean {
  return hostsOf(queue).some((host) => !isLoopback(host)) || hostsOf(history).some((host) => !isLoopback(host))
}

function hostsOf(part: QueuePart | HistoryPart): string[] {
  switch (part.kind) {
    case 'redis':
      if (part.socket !== undefined) return []
      return [part.host, ...tunnelHost(part.tunnel)]
    case 'postgres':
      return 'host' in part && !part.host.startsWith('/') ? [part.host, ...tunnelHost(part.tunnel)] : []
    case 'sentinel':
      return [...part.sentinels.map(({ host }) => host), ...tunnelHost(part.tunnel)]
    case 'cluster':
      return [...part.seeds.map(({ host }) => host), ...tunnelHost(part.tunnel)]
    case 'embedded':
    case 'managed-redis':
      return []
  }
}

function tunnelHost(tunnel: TunnelPart | undefined): string[] {
  return tunnel === undefined ? [] : [tunnel.host]
}

/** Whether a host name or address is this computer, by what it looks like. */
export function isLoopback(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|::1|(0{1,4}:){7}0{0,3}1)$/i.test(host)
}

/** The secrets that a profile with these parts can have. */
export function secretPathsOf({ queue, history }: Parts): SecretPath[] {
  const paths: string[] = []
  const add = (path: string, holds: boolean): void => {
    if (holds) paths.push(path)
  }
  add('queue.password', queue.kind === 'redis' || queue.kind === 'sentinel' || queue.kind === 'cluster')
  add('queue.sentinelPassword', queue.kind === 'sentinel')
  add('queue.sentinelTls.keyPassphrase', queue.kind === 'sentinel' && queue.sentinelTls?.keyFile !== undefined)
  add('history.password', history.kind === 'postgres')
  for (const [name, part] of [['queue', queue] as const, ['history', history] as const]) {
    add(`${name}.tls.keyPassphrase`, 'tls' in part && part.tls?.keyFile !== undefined)
    add(`${name}.tunnel.password`, 'tunnel' in part && part.tunnel !== undefined)
    add(`${name}.tunnel.keyPassphrase`, 'tunnel' in part && part.tunnel !== undefined)
  }
  return secretPaths.filter((path) => paths.includes(path))
}
