import { join, resolve } from 'node:path'
import type { JobContext } from '../../context.ts'
import { hashFile } from './hash-file.ts'
import { walkFolder, type FoundFile } from './walk-folder.ts'
import { writeManifest, type ManifestLine } from './write-manifest.ts'

export interface HashFolderInput {
  path: string
  concurrency: number
  followSymlinks: boolean
  exclude: string[]
}

export interface HashFolderResult {
  files: number
  bytes: number
  digest: string
  durationMs: number
  slowest: { path: string; bytes: number; ms: number }[]
  errors: number
  manifest: string
}

const bufferBytes = 256 * 1024
const slowestKept = 10
const warningsLogged = 100

const counted = new Intl.NumberFormat('en-US')

/** Counts what cannot be read and logs the first of it. */
function createComplaints(context: JobContext): { add(relative: string, error: unknown): void; count(): number } {
  let count = 0
  return {
    add(relative, error) {
      count += 1
      if (count > warningsLogged) return
      const { code, message } = error as NodeJS.ErrnoException
      context.log(`${relative} could not be read: ${code ?? message}`, 'warn')
      if (count === warningsLogged) context.log('Further files that cannot be read are only counted.', 'warn')
    },
    count: () => count,
  }
}

/** Keeps the slowest few. */
function createSlowest(): { add(file: HashFolderResult['slowest'][number]): void; list: HashFolderResult['slowest'] } {
  const list: HashFolderResult['slowest'] = []
  return {
    list,
    add(file) {
      const last = list.at(-1)
      if (list.length === slowestKept && last !== undefined && last.ms >= file.ms) return
      list.push(file)
      list.sort((a, b) => b.ms - a.ms)
      if (list.length > slowestKept) list.pop()
    },
  }
}

/** Reads all files, several at once, and answers a line for each that could be read. */
async function hashAll(
  files: FoundFile[],
  concurrency: number,
  context: JobContext,
  complain: (relative: string, error: unknown) => void,
): Promise<{ lines: ManifestLine[]; bytes: number; slowest: HashFolderResult['slowest'] }> {
  const { signal } = context
  const total = files.reduce((sum, { size }) => sum + size, 0)
  const lines: ManifestLine[] = []
  const slowest = createSlowest()
  let next = 0
  let finished = 0
  let bytes = 0
  const tell = (): void => {
    const ratio = total === 0 ? finished / Math.max(1, files.length) : bytes / total
    const message = `${counted.format(finished)} of ${counted.format(files.length)} files`
    // A file that grew while it was read must not look like more than everything.
    context.progress({ ratio: Math.min(1, ratio), done: Math.min(bytes, total), total, message })
  }

  async function work(): Promise<void> {
    const buffer = new Uint8Array(bufferBytes)
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      const { path, relative } = file
      const startedAt = performance.now()
      let size = 0
      try {
        const hash = await hashFile(path, buffer, signal, (count) => {
          size += count
          bytes += count
          tell()
        })
        lines.push({ hash, size, relative })
        slowest.add({ path: relative, bytes: size, ms: Math.round((performance.now() - startedAt) * 100) / 100 })
      } catch (error) {
        signal.throwIfAborted()
        complain(relative, error)
      }
      finished += 1
      tell()
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, Math.max(1, files.length)) }, work))
  return { lines, bytes: lines.reduce((sum, { size }) => sum + size, 0), slowest: slowest.list }
}

/** The work of the job type `hash-folder`. Rejects FolderError when the folder itself cannot be read. */
export async function hashFolder(input: HashFolderInput, context: JobContext): Promise<HashFolderResult> {
  const startedAt = performance.now()
  const root = resolve(input.path)
  const complaints = createComplaints(context)
  context.log(`Reading ${root}`)
  const found = await walkFolder({
    root,
    followSymlinks: input.followSymlinks,
    exclude: input.exclude,
    signal: context.signal,
    onUnreadable: complaints.add,
    onFound: (count) => context.progress({ message: `${counted.format(count)} files found` }),
  })
  const { lines, bytes, slowest } = await hashAll(found, input.concurrency, context, complaints.add)
  context.signal.throwIfAborted()
  const manifest = join(context.services.resultsDir, encodeURIComponent(context.jobId), 'manifest.txt')
  const digest = await writeManifest(manifest, lines)
  const durationMs = Math.round(performance.now() - startedAt)
  return { files: lines.length, bytes, digest, durationMs, slowest, errors: complaints.count(), manifest }
}
