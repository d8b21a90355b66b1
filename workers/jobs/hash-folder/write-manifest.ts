import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface ManifestLine {
  hash: string
  size: number
  relative: string
}

const linesPerWrite = 5_000

/** A name with a line break would be two lines; as sha256sum does, it is written with \n, and \ as \\. */
function shown(name: string): string {
  return /[\n\r]/.test(name) ? name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r') : name
}

/**
 * Writes the lines `hash  size  path`, sorted by path as bytes (`LC_ALL=C sort -k3`), and answers the
 * SHA-256 of what was written. The file is there as a whole or not at all. To get the same digest with
 * a shell, for names without line breaks:
 *
 *     cd FOLDER && find . -type f -printf '%P\0' | LC_ALL=C sort -z | while IFS= read -r -d '' f; do
 *       printf '%s  %s  %s\n' "$(sha256sum < "$f" | cut -c1-64)" "$(stat -c %s "$f")" "$f"
 *     done | sha256sum
 */
export async function writeManifest(file: string, lines: ManifestLine[]): Promise<string> {
  const sorted = lines
    .map((line) => ({ line, key: Buffer.from(line.relative) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
  const hash = createHash('sha256')
  // An attempt given up by its runner may still be writing when the next one does.
  const temporary = `${file}.${randomUUID()}.tmp`
  await mkdir(dirname(file), { recursive: true })
  try {
    const handle = await open(temporary, 'w', 0o644)
    try {
      for (let at = 0; at < sorted.length; at += linesPerWrite) {
        const text = sorted
          .slice(at, at + linesPerWrite)
          .map(({ line }) => `${line.hash}  ${line.size}  ${shown(line.relative)}\n`)
          .join('')
        hash.update(text)
        await handle.writeFile(text)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return hash.digest('hex')
}
