import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

const jobFile = /^(?<name>.+)\.job\.(?:ts|mts|js|mjs)$/
const servicesFile = /^services\.(?:ts|mts|js|mjs)$/
const supportFile = /\.(?:[cm]?[jt]s|json)$/
/** What no job imports when it runs: types for the editor, and tests. */
const neverImported = /\.d\.[cm]?ts$|\.test\.[cm]?[jt]s$|^tsconfig\.json$/
/** Folders deeper than this, and files past this number, are not looked at: a jobs folder is small. */
const maxDepth = 6
const maxSupportFiles = 2_000

export interface JobFile {
  /** Absolute. */
  path: string
  /** Name the job type must have: the file's name without `.job.ts`. */
  expectedName: string
  /** Changes when the file, or what it may import from beside it, changes. */
  hash: string
}

/** The file that makes the folder's services. */
export interface ServicesFile {
  /** Absolute. */
  path: string
  /** As that of a job file. */
  hash: string
}

export interface FolderContent {
  files: JobFile[]
  /** One, as a rule; which of several is meant is not known. */
  services: ServicesFile[]
  /** The folder and those below it, to be watched. */
  folders: string[]
}

interface Support {
  marks: string[]
  folders: string[]
}

async function collectSupport(folder: string, depth: number, into: Support): Promise<void> {
  into.folders.push(folder)
  for (const item of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, item.name)
    if (item.isDirectory()) {
      const skipped = item.name.startsWith('.') || item.name === 'node_modules' || depth >= maxDepth
      if (!skipped) await collectSupport(path, depth + 1, into)
      continue
    }
    if (depth === 0 && jobFile.test(item.name)) continue
    if (!supportFile.test(item.name) || neverImported.test(item.name) || into.marks.length >= maxSupportFiles) continue
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined) into.marks.push(`${path} ${found.size} ${found.mtimeMs}`)
  }
}

/**
 * Reads which job files a folder holds. Any file beside them that could be imported is part of each
 * one's hash: which imports which is not looked into, so a changed helper renews all. Rejects as
 * `readdir` does when there is no such folder.
 */
export async function readJobsFolder(folder: string): Promise<FolderContent> {
  const support: Support = { marks: [], folders: [] }
  await collectSupport(folder, 0, support)
  const supportHash = support.marks.toSorted().join('\n')
  const files: JobFile[] = []
  const services: ServicesFile[] = []
  for (const name of (await readdir(folder)).toSorted()) {
    const expectedName = jobFile.exec(name)?.groups?.name
    const isServices = servicesFile.test(name)
    if (expectedName === undefined && !isServices) continue
    const path = join(folder, name)
    // Gone again already, as an editor's temporary file may be.
    const content = await readFile(path).catch(() => undefined)
    if (content === undefined) continue
    const hash = createHash('sha256').update(content).update(supportHash).digest('hex').slice(0, 12)
    if (expectedName === undefined) services.push({ path, hash })
    else files.push({ path, expectedName, hash })
  }
  return { files, services, folders: support.folders }
}
