import type { Redis, RedisOptions } from 'ioredis'
import { TorilError } from '../../../contract/errors.ts'
import { counted } from '../../counted.ts'
import { listed, type Found, type TestContext } from './check.ts'
import { openRedis } from './redis-session.ts'

/** What BullMQ and Toril send, with arguments that would do. K stands for a key of the queue, C for a channel. */
const commands = `
EVAL return(1) 1 K;EVALSHA 0 1 K;INFO;TIME;EXISTS K;TYPE K;DEL K;UNLINK K;RENAME K K;PTTL K;PEXPIRE K 1;PERSIST K
GET K;MGET K;SET K v;INCR K
HGET K f;HMGET K f;HGETALL K;HEXISTS K f;HLEN K;HSET K f v;HMSET K f v;HINCRBY K f 1;HDEL K f
LLEN K;LRANGE K 0 0;LINDEX K 0;LPOS K v;LPUSH K v;RPUSH K v;LPOP K;RPOP K;RPOPLPUSH K K;LREM K 1 v;LTRIM K 0 0;LSET K 0 v
SCARD K;SMEMBERS K;SISMEMBER K v;SADD K v;SREM K v
ZCARD K;ZCOUNT K 0 0;ZSCORE K v;ZRANK K v;ZRANGE K 0 0;ZREVRANGE K 0 0;ZRANGEBYSCORE K 0 0;ZREVRANGEBYSCORE K 0 0
ZADD K 1 v;ZREM K v;ZREMRANGEBYRANK K 0 0;ZREMRANGEBYSCORE K 0 0;ZPOPMIN K;BZPOPMIN K 1
XLEN K;XRANGE K - +;XREAD STREAMS K 0;XADD K * f v;XTRIM K MAXLEN 1;XDEL K 0-1
PUBLISH C v`
  .trim()
  .split(/[;\n]/)
  .map((line) => line.split(' '))

/** Rights without which the runner goes on, but alone. */
const forOthers = new Set(['publish', 'subscribe'])

interface Denials {
  commands: string[]
  keys: boolean
  channels: boolean
  unknown: string[]
}

function note(denials: Denials, name: string, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error)
  if (/unknown command/i.test(message)) denials.unknown.push(name)
  if (!message.includes('NOPERM')) return
  if (/\bchannels?\b/.test(message)) denials.channels = true
  else if (/\bkeys?\b/.test(message)) denials.keys = true
  else denials.commands.push(name)
}

/**
 * The server checks rights when a command is put into a transaction, and a transaction that is discarded does
 * nothing: so each command is tried without a right to look at rights, and none is carried out.
 */
async function tryAll(client: Redis, key: string, channel: string): Promise<Denials> {
  const denials: Denials = { commands: [], keys: false, channels: false, unknown: [] }
  const filled = commands.map((words) => words.map((word) => (word === 'K' ? key : word === 'C' ? channel : word)))
  const begun = client.call('MULTI')
  const results = Promise.allSettled(filled.map(([name = '', ...args]) => client.call(name, ...args)))
  const ended = client.call('DISCARD')
  const [first, , last] = await Promise.allSettled([begun, results, ended])
  if (first.status === 'rejected') throw first.reason
  if (last.status === 'rejected') throw last.reason
  for (const [index, result] of (await results).entries()) {
    if (result.status === 'rejected') note(denials, (filled[index]?.[0] ?? '').toLowerCase(), result.reason)
  }
  return denials
}

/** A subscription is no change, so it is tried as it is, on a connection of its own. */
async function trySubscribing(options: RedisOptions, channel: string, denials: Denials, context: TestContext) {
  const client = await openRedis(options, context)
  await client.subscribe(channel).catch((error: unknown) => note(denials, 'subscribe', error))
  client.disconnect()
}

interface RightsQuestion {
  client: Redis
  options: RedisOptions
  /** As ACLs name it, braces included. */
  prefix: string
  username: string | undefined
  label: string
}

/** Which command, key or channel that is needed is denied. Nothing is carried out. */
export async function redisRights(question: RightsQuestion, context: TestContext): Promise<Found> {
  const { client, options, prefix, username = 'default', label } = question
  const key = `${prefix}:${context.settings.queueName}`
  const channel = `${key}:toril:relay`
  const denials = await tryAll(client, `${key}:meta`, channel)
  await trySubscribing(options, channel, denials, context)
  if (denials.unknown.length > 0) {
    const message = `${label} does not know the commands ${listed(denials.unknown)}. Upgrade it, or use another server.`
    throw new TorilError('UNAVAILABLE', message)
  }
  const total = commands.length + 1
  const detail = `${total - denials.commands.length} of ${total} commands`
  const needed = denials.commands.filter((name) => !forOthers.has(name))
  const rules = [
    ...(denials.keys ? [`~${prefix}:*`] : []),
    ...(denials.channels ? [`&${prefix}:*`] : []),
    ...denials.commands.map((name) => `+${name}`),
  ]
  if (rules.length === 0) return { detail }
  const things = [
    ...(denials.commands.length > 0
      ? [`run ${counted(denials.commands.length, 'command')} (${listed(denials.commands)})`]
      : []),
    ...(denials.keys ? [`use the keys ${prefix}:*`] : []),
    ...(denials.channels ? [`use the channels ${prefix}:*`] : []),
  ]
  const fix = `Give it the rights with ACL SETUSER ${username} ${listed(rules, 12).replaceAll(',', '')}.`
  const message = `The user ${username} of ${label} may not ${things.join(', nor ')}. ${fix}`
  const missing = needed.length > 0 || denials.keys
  // Whoever only looks needs no right to change.
  if (missing && !context.settings.readOnly) throw new TorilError('UNAVAILABLE', message)
  return { detail, warning: missing ? message : `${message} Until then this runner works alone.` }
}
