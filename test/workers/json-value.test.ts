import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NotJsonError, toJson } from '../../workers/json-value.ts'

test('what JSON can hold comes through as JSON would have it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(toJson(value)).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('undefined becomes null or is left out, and toJSON is honoured', () => {
  expect(toJson(undefined)).toBeNull()
  expect(toJson({ a: undefined, b: [undefined], at: new Date(0) })).toEqual({
    b: [null],
    at: '1970-01-01T00:00:00.000Z',
  })
})

test('the same object twice is no cycle', () => {
  const shared = { a: 1 }
  expect(toJson([shared, shared])).toEqual([{ a: 1 }, { a: 1 }])
})

test.each([Number.NaN, Infinity, 1n, () => 1, Symbol('x'), new Map(), new Set(), new Uint8Array(1), Promise.resolve()])(
  'a value that JSON would lose is refused: %s',
  (value) => {
    expect(() => toJson({ deep: [value] })).toThrow(NotJsonError)
    expect(() => toJson({ deep: [value] })).toThrow(/deep\.0 is/)
  },
)
