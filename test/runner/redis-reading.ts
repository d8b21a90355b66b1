/** Commands of Redis that change no key and tell nobody anything. */
export const reading =
  /^(?:auth|hello|info|config|client|ping|select|command|subscribe|unsubscribe|quit|time|eval|evalsha|script|type|exists|get|mget|ttl|pttl|hget|hgetall|hmget|hexists|hlen|lrange|llen|lpos|lindex|smembers|scard|zscore|zrank|zrange|zrevrange|zrangebyscore|zcard|zcount|xread|xrange|xinfo|xlen|multi|exec|discard|scan|acl|readonly|memory|cluster|sismember|zmscore|monitor)$/i
