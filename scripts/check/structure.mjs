import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { againstDirections, cycles } from './directions.mjs'
import { fileProblems } from './files.mjs'
import { importsOf } from './imports.mjs'

const folders = ['electron', 'renderer', 'workers', 'prisma', 'scripts', 'test']
const source = /\.(ts|tsx|mts|cts|mjs|cjs|js)$/
const skipped = new Set(['node_modules', 'generated'])

/**
 * Source files below the folders of the project, relative to the root.
 * @param {string} root
 * @returns {string[]}
 */
export function sourceFiles(root) {
  /** @param {string} folder @returns {string[]} */
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const name = `${folder}/${entry.name}`
      if (entry.isDirectory()) return skipped.has(entry.name) ? [] : below(name)
      return source.test(entry.name) ? [name] : []
    })
  const there = new Set(readdirSync(root))
  return folders.filter((folder) => there.has(folder)).flatMap(below)
}

/**
 * Everything about the structure that the project forbids: directions, cycles, sizes and names.
 * @param {string} root
 */
export function structureProblems(root) {
  const files = sourceFiles(root)
  const imports = files.flatMap((file) => importsOf(root, join(root, file)))
  return [...againstDirections(imports), ...cycles(imports), ...fileProblems(root, files)]
}
