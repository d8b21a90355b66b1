import { defineJob } from '../define-job.ts'
import * as z from 'zod'
export default defineJob({
  name: 'hash-folder',
  title: 'Hash a folder',
  input: z.object({ path: z.string() }),
  run: () => null,
})
