import * as z from 'zod'
import { defineJob } from '../define-job.ts'

export default defineJob({
  name: 'add-three-numbers',
  title: 'Add three numbers',
  description: 'Adds a, b and c.',
  input: z.object({ a: z.number(), b: z.number(), c: z.number() }),
  output: z.number(),
  defaults: { attempts: 3, timeoutMs: 30_000, executor: 'thread' },
  example: { a: 1, b: 2, c: 3 },
  run({ a, b, c }, context) {
    context.progress({ done: 1, total: 1 })
    return a + b + c
  },
})
