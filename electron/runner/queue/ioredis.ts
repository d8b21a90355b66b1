import { Cluster, Redis, ReplyError } from 'ioredis'

/**
 * ioredis hangs onto each error the command that it answers, with its arguments: those of AUTH and HELLO are
 * passwords, and whatever prints the error, or an error that has it as its cause, prints them. Every error of Redis
 * has this prototype, also of connections that ioredis and BullMQ make themselves, so here it is let go of once for
 * all. Nothing reads it: why Redis refuses is in the message.
 */
const redisError: unknown = Object.getPrototypeOf((ReplyError as { prototype: object }).prototype)
Object.defineProperty(redisError, 'command', {
  get: () => undefined,
  // Without one, ioredis would fail where it sets it.
  set() {},
  configurable: true,
})

/** The clients of ioredis, to be made of nothing else. */
export { Cluster, Redis }
