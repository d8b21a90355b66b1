import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../electron/contract/json.ts'
import { differences, pathText } from '../../../renderer/components/schema-form/diff.ts'
import { draftOf, formatted, withEdit, withText } from '../../../renderer/components/schema-form/draft.ts'
import {
  sameJson,
  stepsOf,
  pointerOf,
  valueAt,
  withValueAt,
} from '../../../renderer/components/schema-form/json-path.ts'

const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json)
const object = fc
  .dictionary(fc.string(), json)
  .map((value) => JSON.parse(JSON.stringify(value)) as { [key: string]: Json })

describe('form and JSON in step', () => {
  it('an edit in the form shows in the text', () => {
    expect(withEdit(draftOf({ a: 1 }), ['b', 'c'], true).text).toBe('{\n  "a": 1,\n  "b": {\n    "c": true\n  }\n}')
  })

  it('an edit in the text shows in the form', () => {
    expect(withText(draftOf({ a: 1 }), '{"a": 2}').value).toEqual({ a: 2 })
  })

  it('text that is not JSON locks the form and keeps its values', () => {
    const broken = withText(draftOf({ a: 1 }), '{"a": 2,')
    expect(broken).toMatchObject({ value: { a: 1 }, syntax: { line: 1 } })
    expect(withEdit(broken, ['a'], 3)).toBe(broken)
    expect(withText(broken, '{"a": 2}')).toMatchObject({ value: { a: 2 } })
    expect(withText(broken, '{"a": 2}')).not.toHaveProperty('syntax')
  })

  it('an emptied text can be filled again from the form', () => {
    expect(withEdit(draftOf(undefined), ['a'], 1).value).toEqual({ a: 1 })
  })

  it('an edit that changes nothing leaves the layout of the text alone', () => {
    const draft = withText(draftOf({}), '{ "a":1 }')
    expect(withEdit(draft, ['a'], 1).text).toBe('{ "a":1 }')
    expect(formatted(draft).text).toBe('{\n  "a": 1\n}')
  })

  it('taking a value out removes its name', () => {
    expect(withEdit(draftOf({ a: 1, b: 2 }), ['a'], undefined).value).toEqual({ b: 2 })
  })

  it('every value survives the way through the text', () => {
    fc.assert(fc.property(json, (value) => void expect(sameJson(draftOf(value).value, value)).toBe(true)))
  })

  it('setting what is there changes nothing, at any path', () => {
    fc.assert(
      fc.property(object, (document) => {
        for (const key of Object.keys(document)) {
          expect(sameJson(withValueAt(document, [key], valueAt(document, [key])), document)).toBe(true)
        }
      }),
    )
  })

  it('what is set is read back, and nothing else moves', () => {
    fc.assert(
      fc.property(object, fc.string(), json, (document, key, value) => {
        const next = withValueAt(document, [key], value)
        expect(sameJson(valueAt(next, [key]), value)).toBe(true)
        for (const other of Object.keys(document)) {
          if (other !== key) expect(sameJson(valueAt(next, [other]), document[other])).toBe(true)
        }
      }),
    )
  })

  it('pointers keep every key', () => {
    fc.assert(fc.property(fc.array(fc.string()), (path) => void expect(stepsOf(pointerOf(path))).toEqual(path)))
  })
})

describe('differences', () => {
  it('are listed by their path', () => {
    const before = { quality: 78, widths: [1, 2], notify: { email: 'a' }, rows: [{ n: 1 }, { n: 2 }], gone: true }
    const after = { quality: 82, widths: [1, 2, 3], notify: { email: 'b' }, rows: [{ n: 1 }, { n: 3 }], new: null }
    expect(differences(before, after).map(({ path, before: b, after: a }) => [pathText(path), b, a])).toEqual([
      ['quality', 78, 82],
      ['widths', [1, 2], [1, 2, 3]],
      ['notify.email', 'a', 'b'],
      ['rows[1].n', 2, 3],
      ['gone', true, undefined],
      ['new', undefined, null],
    ])
  })

  it('of the same value in another order are none', () => {
    expect(differences({ a: 1, b: [1] }, { b: [1], a: 1 })).toEqual([])
  })

  it('put into the old value give the new one', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        let patched: Json | undefined = before
        for (const { path, after: value } of differences(before, after)) patched = withValueAt(patched, path, value)
        expect(sameJson(patched, after)).toBe(true)
      }),
    )
  })
})
