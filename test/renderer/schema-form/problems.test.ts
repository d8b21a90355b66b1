import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { Json } from '../../../electron/contract/json.ts'
import { buildField } from '../../../renderer/components/schema-form/build-field.ts'
import { createChecker, type Problem } from '../../../renderer/components/schema-form/problems.ts'
import { branchAt } from '../../../renderer/components/schema-form/variants.ts'

function check(schema: Record<string, unknown>, value: Json): Problem[] {
  const field = buildField(schema)
  return createChecker(schema).problemsOf(value, (path) => branchAt(field, value, path, () => undefined))
}

describe('problems of an input, in plain words', () => {
  it.each([
    [{ type: 'string' }, 1, 'must be text'],
    [{ type: 'integer' }, 1.5, 'must be a whole number'],
    [{ type: ['number', 'null'] }, 'x', 'must be a number or null'],
    [{ type: 'integer', minimum: 1 }, 0, 'must be at least 1'],
    [{ type: 'integer', maximum: 1000 }, 1001, 'must be at most 1,000'],
    [{ type: 'number', exclusiveMinimum: 0 }, 0, 'must be more than 0'],
    [{ type: 'number', exclusiveMaximum: 1 }, 1, 'must be less than 1'],
    [{ type: 'integer', multipleOf: 5 }, 7, 'must be a multiple of 5'],
    [{ type: 'string', minLength: 1 }, '', 'must not be empty'],
    [{ type: 'string', minLength: 3 }, 'ab', 'must have at least 3 characters'],
    [{ type: 'string', maxLength: 2 }, 'abc', 'must have at most 2 characters, has 3'],
    [{ type: 'string', pattern: '^[a-z0-9-]+$' }, 'A', 'may hold only lower-case letters, digits and -'],
    [{ type: 'string', pattern: '^x.*$' }, 'A', 'must match ^x.*$'],
    [{ type: 'string', format: 'email' }, 'ana', 'must be an e-mail address, such as ana@example.com'],
    [{ type: 'string', format: 'date-time' }, 'noon', 'must be a time in UTC, such as 2026-11-24T14:03:27Z'],
    [{ enum: ['a', 'b'] }, 'c', 'must be one of "a" or "b"'],
    [{ const: 'v1' }, 'v2', 'must be "v1"'],
    [{ type: 'array', minItems: 1 }, [], 'must not be empty'],
    [{ type: 'array', uniqueItems: true }, [1, 1], 'must not hold the same entry twice'],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'must have at most 1 entry, has 2'],
  ] satisfies [Record<string, unknown>, Json, string][])('%j refuses %j', (schema, value, message) => {
    expect(check({ type: 'object', properties: { it: schema } }, { it: value })).toEqual([
      { path: ['it'], message, missing: false },
    ])
  })

  it('names a missing field at its own path', () => {
    const schema = { type: 'object', properties: { a: {}, b: { type: 'object', required: ['c'] } }, required: ['a'] }
    expect(check(schema, { b: {} })).toEqual([
      { path: ['a'], message: 'is required', missing: true },
      { path: ['b', 'c'], message: 'is required', missing: true },
    ])
  })

  it('names every missing field, not the first only', () => {
    const schema = { type: 'object', properties: { a: {}, b: {}, c: {} }, required: ['a', 'b', 'c'] }
    expect(check(schema, { b: 1 }).map(({ path }) => path)).toEqual([['a'], ['c']])
  })

  it('tells a name that does not belong', () => {
    const schema = { type: 'object', properties: { a: {} }, additionalProperties: false }
    expect(check(schema, { a: 1, 'x/y': 2 })).toEqual([
      { path: ['x/y'], message: 'is not known here. Remove it', missing: false },
    ])
  })

  it('finds problems in entries of lists, through references', () => {
    const schema = {
      $defs: { w: { type: 'integer', minimum: 3 } },
      type: 'object',
      properties: { list: { type: 'array', items: { $ref: '#/$defs/w' } } },
    }
    expect(check(schema, { list: [5, 1] })).toEqual([
      { path: ['list', 1], message: 'must be at least 3', missing: false },
    ])
  })

  it('tells only the problems of the shape being filled in', () => {
    const schema = z.toJSONSchema(
      z.object({
        at: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('x'), n: z.number() }),
          z.object({ kind: z.literal('y'), s: z.string() }),
        ]),
      }),
    )
    expect(check(schema, { at: { kind: 'y', s: 4 } })).toEqual([
      { path: ['at', 's'], message: 'must be text', missing: false },
    ])
    expect(check(schema, { at: { kind: 'x', n: 1 } })).toEqual([])
  })

  it('of text or null tells what is wrong with the text', () => {
    const schema = {
      type: 'object',
      properties: { at: { anyOf: [{ type: 'null' }, { type: 'string', minLength: 3 }] } },
    }
    expect(check(schema, { at: 'ab' })).toEqual([
      { path: ['at'], message: 'must have at least 3 characters', missing: false },
    ])
    expect(check(schema, { at: null })).toEqual([])
  })

  it('says once that an e-mail address is none, though zod writes a format and a pattern', () => {
    expect(check(z.toJSONSchema(z.object({ to: z.email() })), { to: 'x' })).toHaveLength(1)
  })

  it('a schema the browser cannot work with passes all: the runner checks again', () => {
    expect(check({ type: 'object', properties: { a: { type: 'string', pattern: '(' } } }, { a: 'x' })).toEqual([])
  })

  it('leaves no mark in the schema it is given', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    check(schema, { a: 1 })
    expect(Object.keys(schema)).toEqual(['type', 'properties'])
  })
})
