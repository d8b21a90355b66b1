import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Json } from '../../contract/json.ts'

/** One run of a job type: what goes in, and what must come out. */
export interface Expectation {
  type: string
  input: Json
  /** What is wrong with the result; undefined when it is right. */
  difference(result: unknown): string | undefined
  what: string
  clean?(): void
}

/** The built-in job types with results worked out here, not by their own code. */
export function createExpectations(): Expectation[] {
  return [
    exactly('add-two-numbers', { a: 40, b: 2 }, 42),
    exactly('add-three-numbers', { a: 1.5, b: -2, c: 0.5 }, 0),
    hashFolder(),
  ]
}

function exactly(type: string, input: Json, expected: Json): Expectation {
  return {
    type,
    input,
    what: `${JSON.stringify(input)} gives ${JSON.stringify(expected)}`,
    difference: (result) =>
      result === expected ? undefined : `expected ${JSON.stringify(expected)}, got ${JSON.stringify(result)}`,
  }
}

/** A folder with names and sizes that go wrong easily: empty, binary, not ASCII, nested, larger than a buffer. */
function hashFolder(): Expectation {
  const folder = mkdtempSync(join(tmpdir(), 'toril-selftest-folder-'))
  const files: Record<string, Buffer> = {
    'empty.txt': Buffer.alloc(0),
    'words.txt': Buffer.from('toril\n'),
    'ñandú.bin': Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 256)),
    'deep/er/zeros.bin': Buffer.alloc(700_000),
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  const bytes = Object.values(files).reduce((sum, { length }) => sum + length, 0)
  const sha256 = (content: Buffer | string) => createHash('sha256').update(content).digest('hex')
  const manifest = Object.entries(files)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([name, content]) => `${sha256(content)}  ${content.length}  ${name}\n`)
    .join('')
  const expected = { files: Object.keys(files).length, bytes, digest: sha256(manifest), errors: 0 }
  return {
    type: 'hash-folder',
    input: { path: folder },
    what: `${expected.files} files, ${expected.bytes} bytes, digest ${expected.digest.slice(0, 12)}…`,
    difference(result) {
      if (typeof result !== 'object' || result === null) return `got ${JSON.stringify(result)}`
      const wrong = Object.entries(expected).find(([key, value]) => Reflect.get(result, key) !== value)
      if (wrong === undefined) return undefined
      const [key, value] = wrong
      return `${key}: expected ${value}, got ${JSON.stringify(Reflect.get(result, key))}`
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  }
}
