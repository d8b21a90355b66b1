import { dirname } from 'node:path'
import { locateUpwards } from '../runner/entries.ts'

/** The folder of the built panel; undefined before the first build. */
export function locatePanel(): string | undefined {
  const index = attempt(() => locateUpwards('out/renderer/index.html'))
  return index === undefined ? undefined : dirname(index)
}

/** Scalar's one-file bundle for the reference page: copied by the build, or from its package in the source tree. */
export function locateReference(): string | undefined {
  return (
    attempt(() => locateUpwards('out/reference/standalone.js')) ??
    // A development tool: absent where only the packages that run are installed.
    attempt(() => locateUpwards('node_modules/@scalar/api-reference/dist/browser/standalone.js'))
  )
}

function attempt(find: () => string): string | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}
