import { registerHooks } from 'node:module'

const versionKey = 'toril'
const registered = Symbol.for('toril.folder-modules')

/** Adds the version of a job file to its url, so that a changed file is imported anew. */
export function versionedUrl(fileUrl: string, version: string): string {
  return `${fileUrl}?${versionKey}=${version}`
}

/**
 * Makes what a job file imports from beside it follow the version of the job file: Node keeps modules
 * by url for good, so without this a changed helper would never be read again. Packages in
 * node_modules are left alone. Once per thread.
 */
export function registerFolderModules(): void {
  const marks = globalThis as { [registered]?: true }
  if (marks[registered] === true) return
  marks[registered] = true
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const version = context.parentURL?.startsWith('file:')
        ? new URL(context.parentURL).searchParams.get(versionKey)
        : null
      const own = version !== null && found.url.startsWith('file:') && !found.url.includes('/node_modules/')
      return own && !found.url.includes('?') ? { ...found, url: versionedUrl(found.url, version) } : found
    },
  })
}
