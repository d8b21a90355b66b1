import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson } from '../../../renderer/components/schema-form/json-source.ts'
import { formatJson } from '../../../renderer/components/schema-form/json-text.ts'
import { tokenizeJson } from '../../../renderer/components/schema-form/json-tokens.ts'

describe('reading JSON text', () => {
  it('knows the line of each value', () => {
    const source = parseJson('{\n  "a": 1,\n  "b": {\n    "c": [true,\n null]\n  }\n}')
    if (!source.ok) throw new Error(source.problem.message)
    expect(['', '/a', '/b', '/b/c', '/b/c/1'].map((pointer) => source.spans.get(pointer)?.line)).toEqual([
      1, 2, 3, 4, 5,
    ])
    expect(source.value).toEqual({ a: 1, b: { c: [true, null] } })
  })

  it.each([
    ['', 1, 1, 'A value is missing'],
    ['{', 1, 2, 'A name in double quotes is missing'],
    ['{"a" 1}', 1, 2, 'A : is missing after the name'],
    ['{"a": }', 1, 7, 'A value is missing before }'],
    ['{"a": 1,}', 1, 9, 'There is a comma too many before }'],
    ['{"a": 1\n"b": 2}', 2, 1, 'A comma is missing before this'],
    ['{"a": 1', 1, 8, 'A } is missing at the end'],
    ['[1, 2', 1, 6, 'A ] is missing at the end'],
    ['[1,]', 1, 4, 'There is a comma too many before ]'],
    ['{"a": yes}', 1, 7, '“yes” is not a value. Text needs double quotes'],
    ["{\n  'a': 1}", 2, 3, 'A name in double quotes is missing'],
    ["['a']", 1, 2, 'Text needs double quotes'],
    ['{"a": "x}', 1, 7, 'This text has no closing quote, or holds a character JSON does not allow'],
    ['{"a": 1} x', 1, 10, 'There is something after the end of the value'],
    ['{"a": 1, "a": 2}', 1, 10, '“a” is there twice'],
    ['[01]', 1, 3, 'A comma is missing before this'],
  ])('%j is refused at %i:%i', (text, line, column, message) => {
    expect(parseJson(text)).toEqual({ ok: false, problem: { line, column, message } })
  })

  it('accepts and refuses exactly what JSON.parse does, double names aside', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"b\\n"',
      '1',
      '-0.5e3',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
      '"',
      '-',
    )
    fc.assert(
      fc.property(
        fc.array(pieces, { maxLength: 14 }).map((list) => list.join('')),
        (text) => {
          let value: unknown
          let valid = true
          try {
            value = JSON.parse(text)
          } catch {
            valid = false
          }
          const source = parseJson(text)
          if (!source.ok && source.problem.message.endsWith('is there twice')) return
          expect(source.ok).toBe(valid)
          if (source.ok) expect(source.value).toEqual(value)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('loses no character when it colours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), fc.json()), (text) => {
        expect(
          tokenizeJson(text)
            .map((token) => token.text)
            .join(''),
        ).toBe(text)
      }),
    )
  })

  it('what it writes, JSON reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        expect(JSON.parse(formatJson(plain as never))).toEqual(plain)
      }),
    )
  })

  it('keeps short lists of plain values on one line', () => {
    expect(formatJson({ widths: [480, 960], empty: [], rows: [{ a: 1 }] })).toBe(
      '{\n  "widths": [480, 960],\n  "empty": [],\n  "rows": [\n    {\n      "a": 1\n    }\n  ]\n}',
    )
  })
})
