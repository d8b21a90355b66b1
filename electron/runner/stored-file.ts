import { open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** What stands in the file; undefined when there is none. Rejects when it cannot be read. */
export async function readStoredFile(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces the file as a whole: whatever happens meanwhile, either the old or the new content is there. */
export async function writeStoredFile(file: string, content: unknown): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`
  try {
    const handle = await open(temporary, 'w', 0o600)
    try {
      await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  // The rename itself must reach the disk too. Windows cannot open a folder, and needs no such step.
  const folder = await open(dirname(file), 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

/** Moves a file nobody can use out of the way and answers its new name. */
export async function setAside(file: string, now: Date): Promise<string> {
  const aside = `${file}.broken-${now.toISOString().replaceAll(':', '-')}`
  await rename(file, aside)
  return aside
}
