import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

const mostLines = 400

/**
 * Names and sizes of source files.
 * @param {string} root
 * @param {string[]} files relative to the root
 * @returns {import('./directions.mjs').Problem[]}
 */
export function fileProblems(root, files) {
  return files.flatMap((file) => {
    const problems = []
    const lines = readFileSync(`${root}/${file}`, 'utf8').trimEnd().split('\n').length
    if (lines > mostLines) {
      const message = `has ${lines} lines; at most ${mostLines}. Split it by what its parts are about.`
      problems.push({ rule: 'file-size', file, line: lines, message })
    }
    if (/^(utils?|helpers?)\.|manager/i.test(basename(file))) {
      const message = 'has a name that says nothing. Name it after what it does.'
      problems.push({ rule: 'file-name', file, line: 1, message })
    }
    return problems
  })
}
