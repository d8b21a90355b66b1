/**
 * BullMQ goes on trying to store a result only after errors it takes for a broken connection, and it knows
 * two: ECONNREFUSED and "Connection is closed." After any other it calls a job failed that has succeeded. So an outage
 * in other words is given the code that it knows.
 */
export function knownToBullmq(outage: Error): Error {
  return Object.assign(new Error(outage.message, { cause: outage }), { code: 'ECONNREFUSED' })
}
