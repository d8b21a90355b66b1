import { isAbsolute, relative } from 'node:path'

/** A path as one types it: from the current folder where it lies below that, else as it is. */
export function shownPath(file: string): string {
  const near = relative(process.cwd(), file)
  // On another drive of Windows the way from here is a path of its own.
  return near.startsWith('..') || isAbsolute(near) ? file : near
}
