import type { Redis } from 'ioredis'

/** Writes of BullMQ's scripts, of each kind of key, with arguments that would do. K stands for a key of the queue. */
const writes = ['HSET K f v', 'HINCRBY K f 1', 'LPUSH K v', 'LREM K 1 v', 'ZADD K 1 v', 'ZREM K v', 'XADD K * f v']
  .concat(['SET K v', 'INCR K', 'SADD K v', 'DEL K', 'PEXPIRE K 1'])
  .map((line) => line.split(' '))

/** Redis before 7 has no trial of rights. */
async function deniedByRules(client: Redis): Promise<string | undefined> {
  const answer = (await client.call('ACL', 'GETUSER', 'default')) as unknown[] | null
  if (answer === null) return undefined
  const of = (name: string): string[] => [answer[answer.indexOf(name) + 1] ?? ''].flat().map(String)
  if (of('flags').includes('allcommands') && of('flags').includes('allkeys')) return undefined
  const [commands = ''] = of('commands')
  if (!/^\+@all( -@dangerous)?$/.test(commands)) return 'run all commands'
  return of('keys').includes('*') ? undefined : 'use all keys'
}

/**
 * What the user `default` may not do of that which scripts have written: reading its append-only file at a start,
 * Redis runs that once more as this user, on or off, and drops what is denied (redis/redis issue 14541). Undefined when
 * nothing is denied, or when who asks may not know. Only reads.
 */
export async function deniedOnReplay(client: Redis, key: string): Promise<string | undefined> {
  try {
    for (const [name = '', ...args] of writes) {
      const filled = args.map((word) => (word === 'K' ? key : word))
      const answer = String(await client.call('ACL', 'DRYRUN', 'default', name, ...filled))
      if (answer === 'OK') continue
      return /\bkeys?\b/.test(answer) ? `use the key ${key}` : `run ${name.toLowerCase()}`
    }
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // No ACLs at all, in what only speaks like Redis, or no right to look at them.
    if (/NOPERM|unknown command/i.test(message)) return undefined
    if (!/unknown subcommand|syntax/i.test(message)) throw error
  }
  return deniedByRules(client).catch((error: unknown) => {
    if (error instanceof Error && /NOPERM|unknown/i.test(error.message)) return undefined
    throw error
  })
}
