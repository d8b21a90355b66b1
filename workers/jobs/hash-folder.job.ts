import * as z from 'zod'
import { defineJob } from '../define-job.ts'
import { hashFolder } from './hash-folder/hash-folder.ts'

export default defineJob({
  name: 'hash-folder',
  title: 'Hash a folder',
  description:
    'Reads every file below a folder and answers one SHA-256 for the whole tree, with a manifest of all files. ' +
    'The digest is the SHA-256 of the manifest: lines `hash  size  path`, sorted by path as bytes.',
  input: z.object({
    path: z
      .string()
      .min(1)
      .describe('Folder on the machine of the runner; a relative one starts at the folder the runner was started in'),
    concurrency: z.int().min(1).max(64).default(4).describe('Files read at once'),
    followSymlinks: z
      .boolean()
      .default(false)
      .describe('Follow links to files and folders instead of leaving them out'),
    exclude: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Names or glob patterns to leave out, e.g. node_modules or **/*.log; matched with name and relative path',
      ),
  }),
  output: z.object({
    files: z.int(),
    bytes: z.int(),
    digest: z.string(),
    durationMs: z.int(),
    /** At most 10, slowest first. */
    slowest: z.array(z.object({ path: z.string(), bytes: z.int(), ms: z.number() })),
    /** Files and folders that could not be read; each of the first 100 has a line in the log. */
    errors: z.int(),
    /** Absolute path of the manifest. */
    manifest: z.string(),
  }),
  defaults: { attempts: 3, executor: 'thread' },
  example: { path: '.', exclude: ['node_modules', '.git'] },
  run: hashFolder,
})
