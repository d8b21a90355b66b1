import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

/** The JavaScript of a TypeScript file, every character in its old place. Throws when it is not TypeScript. */
export function stripTypes(fileUrl: string): string {
  const file = new URL(fileUrl)
  const { emitWarning } = process
  try {
    // It calls itself experimental on stderr.
    process.emitWarning = () => {}
    return stripTypeScriptTypes(readFileSync(file, 'utf8'), { sourceUrl: fileUrl })
  } finally {
    process.emitWarning = emitWarning
  }
}
