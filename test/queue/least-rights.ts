/** What a user of Redis needs to work on queues below a prefix, as in ACL SETUSER. */
export function leastRights(prefix: string): string {
  return `resetchannels ~${prefix}:* &${prefix}:* -@all +@read +@write +@scripting +@transaction +@connection +@pubsub -@dangerous +info +time`
}
