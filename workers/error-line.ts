import { existsSync, readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { stripTypes } from './strip-types.ts'

/** Where an error that came up while a file was loaded points at. */
export interface ErrorPlace {
  /** From 1. */
  line?: number
  /** The file it is in, when that is one that the file imports: relative to the folder of the file. */
  helper?: string
}

/** Files that a job file may reach over several imports; a jobs folder is small. */
const mostFiles = 100

function stackOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  const { stack, message } = thrown as { stack?: unknown; message?: unknown }
  return `${typeof stack === 'string' ? stack : ''}\n${typeof message === 'string' ? message : ''}`
}

function quoted(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

function lineIn(stack: string, fileUrl: string): number | undefined {
  const places = [fileUrl, fileURLToPath(fileUrl)].map(quoted).join('|')
  const found = new RegExp(`(?:${places})(?:\\?[^:\\s]*)?:(\\d+)`).exec(stack)
  return found?.[1] === undefined ? undefined : Number(found[1])
}

function textOf(fileUrl: string): string {
  const file = fileURLToPath(fileUrl)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

const imports = /(?:\bfrom|\bimport)\s*\(?\s*(['"])(?<specifier>[^'"\n]+)\1/g

/** The file and what it imports from beside it, over and over. */
function withHelpers(fileUrl: string): string[] {
  const found = [fileUrl]
  for (const url of found) {
    for (const { groups } of textOf(url).matchAll(imports)) {
      const specifier = groups?.specifier ?? ''
      const next = specifier.startsWith('.') ? new URL(specifier, url).href : undefined
      if (next !== undefined && !found.includes(next) && found.length < mostFiles) found.push(next)
    }
  }
  return found
}

/** Node tells the line of a syntax error in TypeScript, but not in JavaScript: its TypeScript parser reads both. */
function syntaxErrorLine(fileUrl: string): number | undefined {
  try {
    stripTypes(fileUrl)
    return undefined
  } catch (error) {
    return lineIn(stackOf(error), fileUrl)
  }
}

/** The import of something that is not there: Node says what and by whom, but not in which line. */
function missingImportLine(thrown: unknown, fileUrl: string): number | undefined {
  if ((thrown as { code?: unknown } | null)?.code !== 'ERR_MODULE_NOT_FOUND') return undefined
  const [, missing, importer] = /Cannot find \w+ '(.+?)' imported from (\S+)/.exec(stackOf(thrown)) ?? []
  if (missing === undefined || importer !== fileURLToPath(fileUrl)) return undefined
  const text = textOf(fileUrl)
  for (const { index, groups } of text.matchAll(imports)) {
    const specifier = groups?.specifier ?? ''
    const target = specifier.startsWith('.') ? fileURLToPath(new URL(specifier, fileUrl)) : specifier
    if (target === missing || target.startsWith(`${missing}/`)) return lineAt(text, index)
  }
  return undefined
}

/** Where in this file, or in one that it imports, an error points at; empty when it points elsewhere. */
export function errorPlace(thrown: unknown, fileUrl: string): ErrorPlace {
  const [own = fileUrl] = fileUrl.split('?')
  const stack = stackOf(thrown)
  for (const url of withHelpers(own)) {
    const line =
      lineIn(stack, url) ??
      missingImportLine(thrown, url) ??
      (thrown instanceof SyntaxError && !/\bat file:|^file:/m.test(stack) ? syntaxErrorLine(url) : undefined)
    if (line === undefined) continue
    if (url === own) return { line }
    const folder = fileURLToPath(new URL('.', own))
    return { line, helper: relative(folder, fileURLToPath(url)).split(sep).join('/') }
  }
  return {}
}

/** The line of a field of the default export. It is looked for in the text, since nothing remembers it. */
export function fieldLine(fileUrl: string, field: string): number | undefined {
  const text = textOf(pathToFileURL(fileURLToPath(fileUrl.split('?')[0] ?? fileUrl)).href)
  const start = Math.max(0, text.search(/\bexport\s+default\b/))
  const pattern = new RegExp(`(?<![\\w.$])(['"]?)${quoted(field)}\\1\\s*[:,(]`)
  const inExport = pattern.exec(text.slice(start))
  if (inExport !== null) return lineAt(text, start + inExport.index)
  const anywhere = pattern.exec(text)
  return anywhere === null ? undefined : lineAt(text, anywhere.index)
}
