import { resolve } from 'node:path'
import { root } from '../setup/paths.mjs'
import { sourceFiles, structureProblems } from './structure.mjs'

const folder = process.argv[2] === undefined ? root : resolve(process.argv[2])
const problems = structureProblems(folder)
for (const { file, line, rule, message } of problems) console.log(`${file}:${line} [${rule}] ${message}`)
console.log(`${sourceFiles(folder).length} files, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
