import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { locateUpwards } from '../runner/entries.ts'

/** Toril's version, from its package.json: the same in the source tree, the build and a package. */
export function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(locateUpwards('package.json'), 'utf8'))
  return z.object({ version: z.string() }).parse(manifest).version
}
