import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { Visitor, parseSync } from 'oxc-parser'

/**
 * One import as the direction rules see it.
 * @typedef {object} Import
 * @property {string} from file, relative to the root, with `/`
 * @property {number} line
 * @property {string} to file relative to the root, `node:<module>`, or `npm:<package>`
 */

/**
 * What a specifier names. Relative imports carry their extension in this project, so no resolver is needed.
 * @param {string} specifier
 * @param {string} file importing file, relative to the root
 */
function targetOf(specifier, file) {
  const bare = specifier.replace(/\?.*$/, '')
  if (bare.startsWith('.')) return join(dirname(file), bare).split(sep).join('/')
  if (isBuiltin(bare)) return `node:${bare.replace(/^node:/, '')}`
  const parts = bare.split('/')
  return `npm:${bare.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')}`
}

/**
 * Every import of a file: static, re-exported, dynamic, `require`, and type-only ones in all their forms.
 * @param {string} root
 * @param {string} path absolute
 * @returns {Import[]}
 */
export function importsOf(root, path) {
  const file = relative(root, path).split(sep).join('/')
  const source = readFileSync(path, 'utf8')
  const { program, errors } = parseSync(path, source)
  const [broken] = errors
  if (broken !== undefined) throw new Error(`${file}: ${broken.message}`)
  /** @type {Import[]} */
  const found = []
  /** @param {{ type: string, value?: unknown, start: number } | null} node */
  const add = (node) => {
    if (node === null || typeof node.value !== 'string') return
    const line = source.slice(0, node.start).split('\n').length
    found.push({ from: file, line, to: targetOf(node.value, file) })
  }
  new Visitor({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    CallExpression(node) {
      const [argument] = node.arguments
      if (node.callee.type === 'Identifier' && node.callee.name === 'require' && argument !== undefined) add(argument)
    },
  }).visit(program)
  return found
}
