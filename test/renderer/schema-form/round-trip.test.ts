import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../electron/contract/json.ts'
import { buildField } from '../../../renderer/components/schema-form/build-field.ts'
import type { Field } from '../../../renderer/components/schema-form/field.ts'
import { fits, numberOfText, textOfValue } from '../../../renderer/components/schema-form/field-text.ts'
import { initialValue } from '../../../renderer/components/schema-form/initial-value.ts'
import { createChecker } from '../../../renderer/components/schema-form/problems.ts'
import { switchVariant, variantOf } from '../../../renderer/components/schema-form/variants.ts'

/** A schema and a way to make values it accepts. */
interface Sample {
  schema: Record<string, unknown>
  values: fc.Arbitrary<Json>
}

const leaf = fc.constantFrom<Sample>(
  { schema: { type: 'string' }, values: fc.string() },
  { schema: { type: 'number' }, values: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0) },
  { schema: { type: 'integer', minimum: 0, maximum: 50 }, values: fc.integer({ min: 0, max: 50 }) },
  { schema: { type: 'boolean' }, values: fc.boolean() },
  { schema: { enum: ['a', 'b', 3, null] }, values: fc.constantFrom<Json>('a', 'b', 3, null) },
  { schema: { type: ['string', 'null'] }, values: fc.option(fc.string()) },
  { schema: { type: 'array', items: { type: 'string' } }, values: fc.array(fc.string()) },
  { schema: { type: 'array', items: { type: 'number' } }, values: fc.array(fc.integer()) },
)
const sample = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc
      .dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        tie('sample'),
        { maxKeys: 4 },
      )
      .map((members): Sample => ({
        schema: {
          type: 'object',
          properties: Object.fromEntries(Object.entries(members).map(([key, { schema }]) => [key, schema])),
          required: Object.keys(members),
          additionalProperties: false,
        },
        values: fc.record(Object.fromEntries(Object.entries(members).map(([key, { values }]) => [key, values]))),
      })),
  ),
})).sample

/** What the form would hold after each control has shown its part and given it back. */
function throughControls(field: Field, value: Json | undefined): Json | undefined {
  if (value === undefined || !fits(field, value)) return value
  if (field.kind === 'number') return numberOfText(textOfValue(value))
  if (field.kind === 'text') return value === null ? null : textOfValue(value)
  if (field.kind === 'group' && typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const members = new Map(field.members.map((member) => [member.key, member.field]))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        const shown = members.get(key)
        return [key, shown === undefined ? member : (throughControls(shown, member) ?? null)]
      }),
    )
  }
  return value
}

describe('values and the form', () => {
  it('every value a schema accepts comes back from its controls unchanged, and without problems', () => {
    fc.assert(
      fc.property(
        sample.chain(({ schema, values }) => fc.tuple(fc.constant(schema), values)),
        ([schema, raw]) => {
          const value = JSON.parse(JSON.stringify(raw)) as Json
          const field = buildField(schema)
          expect(fits(field, value)).toBe(true)
          expect(throughControls(field, value)).toEqual(value)
          expect(createChecker(schema).problemsOf(value)).toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })

  it('what a form starts with lacks at most what only the user can know', () => {
    fc.assert(
      fc.property(sample, ({ schema }) => {
        const value = initialValue(buildField(schema))
        if (value === undefined) return
        expect(
          createChecker(schema)
            .problemsOf(value)
            .filter(({ missing }) => !missing),
        ).toEqual([])
      }),
    )
  })

  it('any schema at all gives some form and some check, and neither throws', () => {
    const keyword = fc.constantFrom(
      'type',
      'enum',
      'const',
      'properties',
      'items',
      'oneOf',
      'allOf',
      '$ref',
      'required',
      'minimum',
      'default',
      'title',
    )
    fc.assert(
      fc.property(fc.dictionary(keyword, fc.jsonValue()), fc.jsonValue(), (schema, value) => {
        buildField(schema)
        createChecker(schema).problemsOf(value as Json)
      }),
    )
  })

  it.each([
    ['12', 12],
    [' -0.5 ', -0.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['', undefined],
    ['1.', 1],
    ['-', '-'],
    ['12px', '12px'],
    ['0x10', '0x10'],
    ['1e999', '1e999'],
  ])('typing %j into a number field means %j', (text, value) => {
    expect(numberOfText(text)).toBe(value)
  })
})

describe('the picker of shapes', () => {
  const field = buildField({
    oneOf: [
      {
        type: 'object',
        properties: { kind: { const: 'mail' }, to: { type: 'string' }, subject: { type: 'string' } },
        required: ['kind', 'to'],
      },
      {
        type: 'object',
        properties: { kind: { const: 'hook' }, to: { type: 'string' }, url: { type: 'string' } },
        required: ['kind', 'url'],
      },
    ],
  })
  const variants = field.kind === 'variants' ? field.variants : []

  it('knows which shape a value has', () => {
    expect(variantOf(variants, { kind: 'hook', url: 'x' })).toBe(1)
    expect(variantOf(variants, { kind: 'mail', url: 'x' })).toBe(0)
    expect(variantOf(variants, undefined)).toBe(0)
  })

  it('keeps what both shapes know when another is picked', () => {
    const hook = variants[1]
    if (hook === undefined) throw new Error('no second shape')
    expect(switchVariant(hook, { kind: 'mail', to: 'ana', subject: 'hi' })).toEqual({ kind: 'hook', to: 'ana' })
  })

  it('tells text from numbers', () => {
    const types = buildField({ type: ['string', 'number'] })
    expect(types.kind === 'variants' && [variantOf(types.variants, 'x'), variantOf(types.variants, 4)]).toEqual([0, 1])
  })
})
