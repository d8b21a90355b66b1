import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './paths.mjs'

const skipped = new Set(['node_modules', 'generated', '.DS_Store'])

/**
 * Names of all files below the given files and folders, sorted; missing ones are left out.
 * @param {string[]} names relative to the checkout
 * @returns {string[]}
 */
function filesBelow(names) {
  /** @type {string[]} */
  const found = []
  for (const name of names) {
    if (!existsSync(join(root, name))) continue
    const entries = readdirIfFolder(name)
    if (entries === undefined) found.push(name)
    else found.push(...filesBelow(entries.filter((entry) => !skipped.has(entry)).map((entry) => `${name}/${entry}`)))
  }
  return found.sort()
}

/** @param {string} name */
function readdirIfFolder(name) {
  try {
    return readdirSync(join(root, name))
  } catch {
    return undefined
  }
}

/**
 * A hash over names and contents. Contents rather than times: a fresh clone, a branch switch and back,
 * or a copied folder must not cost a build.
 * @param {string[]} names files and folders, relative to the checkout
 */
export function fingerprint(names) {
  const hash = createHash('sha256')
  for (const file of filesBelow(names))
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

/**
 * @param {string} file absolute
 * @param {string} expected
 */
export function stampIs(file, expected) {
  try {
    return readFileSync(file, 'utf8') === expected
  } catch {
    return false
  }
}

/**
 * @param {string} file absolute
 * @param {string} value
 */
export function writeStamp(file, value) {
  mkdirSync(dirname(file), { recursive: true })
  // A new file each time: the old one may be shared by a hard link with a copy of the checkout.
  const unfinished = `${file}.${process.pid}`
  writeFileSync(unfinished, value)
  renameSync(unfinished, file)
}
