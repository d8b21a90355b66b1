import * as z from 'zod'
import { defineJob } from '../define-job.ts'

export default defineJob({
  name: 'add-two-numbers',
  title: 'Add two numbers',
  description: 'Adds a and b. The smallest job there is.',
  input: z.object({ a: z.number(), b: z.number() }),
  output: z.number(),
  defaults: { attempts: 3, timeoutMs: 30_000, executor: 'thread' },
  example: { a: 1, b: 2 },
  run({ a, b }, context) {
    context.progress({ done: 1, total: 1 })
    return a + b
  },
})
