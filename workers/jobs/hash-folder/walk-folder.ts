import type { Dirent, Stats } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join, matchesGlob } from 'node:path'
import { folderError } from './folder-error.ts'

export interface FoundFile {
  /** Absolute. */
  path: string
  /** From the folder, with `/` on every system. */
  relative: string
  size: number
}

export interface WalkOptions {
  root: string
  followSymlinks: boolean
  exclude: readonly string[]
  signal: AbortSignal
  /** Told of each file or folder that cannot be read; the walk goes on. */
  onUnreadable(relative: string, error: unknown): void
  onFound(count: number): void
}

function excluded(name: string, relative: string, patterns: readonly string[]): boolean {
  return patterns.some(
    (pattern) =>
      pattern === name || pattern === relative || matchesGlob(relative, pattern) || matchesGlob(name, pattern),
  )
}

/** All files below the folder. Rejects FolderError for the folder itself, or the signal's reason. */
export async function walkFolder(options: WalkOptions): Promise<FoundFile[]> {
  const { root, followSymlinks, exclude, signal } = options
  const found: FoundFile[] = []
  /** Folders seen, so that links in a circle end. */
  const seen = new Set<string>()

  async function look(item: Dirent, path: string): Promise<Stats | undefined> {
    if (item.isSymbolicLink()) return followSymlinks ? stat(path) : undefined
    return item.isFile() || item.isDirectory() ? lstat(path) : undefined
  }

  async function enter(folder: string, relative: string): Promise<void> {
    signal.throwIfAborted()
    const items = await readdir(folder, { withFileTypes: true })
    for (const item of items) {
      const inside = relative === '' ? item.name : `${relative}/${item.name}`
      if (exclude.length > 0 && excluded(item.name, inside, exclude)) continue
      await take(item, join(folder, item.name), inside).catch((error: unknown) => {
        signal.throwIfAborted()
        options.onUnreadable(inside, error)
      })
    }
  }

  async function take(item: Dirent, path: string, relative: string): Promise<void> {
    const stats = await look(item, path)
    if (stats === undefined) return
    if (stats.isDirectory()) {
      const identity = `${stats.dev}:${stats.ino}`
      if (followSymlinks && seen.has(identity)) return
      seen.add(identity)
      await enter(path, relative)
    } else if (stats.isFile()) {
      found.push({ path, relative, size: stats.size })
      options.onFound(found.length)
    }
  }

  try {
    const { dev, ino } = await stat(root)
    seen.add(`${dev}:${ino}`)
    await enter(root, '')
  } catch (error) {
    signal.throwIfAborted()
    throw folderError(root, error)
  }
  return found
}
