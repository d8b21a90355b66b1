import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { timeSchema } from '../contract/json.ts'
import { isAlive } from '../runner/recovery/process-identity.ts'
import { writePrivateFile } from './private-file.ts'

const runnerFileSchema = z.object({
  pid: z.int().min(1),
  url: z.url(),
  token: z.string().min(1),
  version: z.string(),
  startedAt: timeSchema,
})
/** What `runner.json` in the data folder tells: where the running Toril answers, and its token. */
export type RunnerFile = z.infer<typeof runnerFileSchema>

const fileOf = (dataDir: string) => join(dataDir, 'runner.json')

/** Written when the runner takes jobs; mode 0600, because it holds the token. */
export function writeRunnerFile(dataDir: string, content: RunnerFile): void {
  writePrivateFile(fileOf(dataDir), `${JSON.stringify(content, undefined, 2)}\n`)
}

/** The running Toril of this data folder; undefined when none runs, whatever file a dead one left. */
export function readRunnerFile(dataDir: string): RunnerFile | undefined {
  const content = parse(dataDir)
  return content !== undefined && isAlive(content.pid) ? content : undefined
}

/** Removes the file if this process wrote it: another runner may have taken over meanwhile. */
export function removeRunnerFile(dataDir: string): void {
  if (parse(dataDir)?.pid === process.pid) rmSync(fileOf(dataDir), { force: true })
}

function parse(dataDir: string): RunnerFile | undefined {
  try {
    const parsed = runnerFileSchema.safeParse(JSON.parse(readFileSync(fileOf(dataDir), 'utf8')))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
