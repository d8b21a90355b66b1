import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'

function stackOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  const { stack, message } = thrown as { stack?: unknown; message?: unknown }
  return `${typeof stack === 'string' ? stack : ''}\n${typeof message === 'string' ? message : ''}`
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function lineIn(thrown: unknown, fileUrl: string): number | undefined {
  const places = [fileUrl, fileURLToPath(fileUrl)].map(quoted).join('|')
  const found = new RegExp(`(?:${places})(?:\\?[^:\\s]*)?:(\\d+)`).exec(stackOf(thrown))
  return found?.[1] === undefined ? undefined : Number(found[1])
}

/** Node tells the line of a syntax error in TypeScript, but not in JavaScript: its TypeScript parser reads both. */
function syntaxErrorLine(fileUrl: string): number | undefined {
  const { emitWarning } = process
  try {
    // It calls itself experimental on stderr. Without it only the line would be missing.
    process.emitWarning = () => {}
    stripTypeScriptTypes(readFileSync(fileURLToPath(fileUrl), 'utf8'), { sourceUrl: fileUrl })
    return undefined
  } catch (error) {
    return lineIn(error, fileUrl)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** The line of this file that an error points at, from 1; undefined when it points elsewhere. */
export function errorLine(thrown: unknown, fileUrl: string): number | undefined {
  const [bare = fileUrl] = fileUrl.split('?')
  return lineIn(thrown, bare) ?? (thrown instanceof SyntaxError ? syntaxErrorLine(bare) : undefined)
}
