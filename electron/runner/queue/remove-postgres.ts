import type { Rewrite } from './bullmq-pool.ts'

/*
 * BullMQ's function looks whether a worker has the job, and then deletes it: one that is taken in between is deleted in
 * the hands of its worker, which runs it on. With the row held first, a take passes it by, or the look sees the take.
 */

const call = /SELECT remove\(\$1, \$2, \$3\) AS n/
const held = `SELECT coalesce(sum(remove(queue, id, $3)), 0)::integer AS n
  FROM (SELECT queue, id FROM job WHERE queue = $1 AND id = $2 FOR UPDATE) AS held`

/** Makes BullMQ's own question to remove a job one that holds it meanwhile; others stay as they are. */
export const removingQuery: Rewrite = (text, params) => [text.replace(call, () => held), [...params]]
