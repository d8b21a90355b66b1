import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { buildField } from '../../../renderer/components/schema-form/build-field.ts'
import type { Field, Member } from '../../../renderer/components/schema-form/field.ts'

function only(schema: Record<string, unknown>): Field {
  const field = buildField({ type: 'object', properties: { it: schema } })
  if (field.kind !== 'group') throw new Error(`a ${field.kind}, not a group`)
  return (field.members[0] as Member).field
}

describe('a part of a schema becomes the control that suits it', () => {
  it.each([
    ['text', { type: 'string' }, { kind: 'text', multiline: false }],
    ['long text', { type: 'string', maxLength: 5000 }, { kind: 'text', multiline: true }],
    [
      'an address, however long',
      { type: 'string', format: 'email', maxLength: 300 },
      { kind: 'text', multiline: false, format: 'email' },
    ],
    ['a number', { type: 'number' }, { kind: 'number', integer: false, slider: false }],
    [
      'a bounded whole number',
      { type: 'integer', minimum: 1, maximum: 100 },
      { slider: true, minimum: 1, maximum: 100 },
    ],
    [
      'bounds that leave the ends out',
      { type: 'integer', exclusiveMinimum: 0, exclusiveMaximum: 10 },
      { slider: true, minimum: 1, maximum: 9 },
    ],
    ['a wide range', { type: 'integer', minimum: 0, maximum: 1_000_000 }, { slider: false }],
    ['a bounded fraction', { type: 'number', minimum: 0, maximum: 1 }, { slider: false }],
    [
      'zod’s limits of whole numbers',
      { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
      { slider: false },
    ],
    ['a switch', { type: 'boolean', default: true }, { kind: 'boolean', default: true }],
    ['up to four choices', { enum: ['a', 'b', 'c', 'd'] }, { kind: 'choice', look: 'segmented' }],
    ['five choices', { enum: ['a', 'b', 'c', 'd', 'e'] }, { kind: 'choice', look: 'select' }],
    [
      'titled constants',
      { oneOf: [{ const: 'webp', title: 'WebP' }, { const: 'avif' }] },
      {
        choices: [
          { label: 'WebP', value: 'webp' },
          { label: 'avif', value: 'avif' },
        ],
      },
    ],
    [
      'choices of any kind',
      { enum: [1, true, null] },
      {
        choices: [
          { label: '1', value: 1 },
          { label: 'true', value: true },
          { label: 'null', value: null },
        ],
      },
    ],
    ['one constant', { const: 'v1' }, { kind: 'constant', value: 'v1' }],
    ['a list of text', { type: 'array', items: { type: 'string' } }, { kind: 'chips', item: 'text' }],
    ['a list of numbers', { type: 'array', items: { type: 'integer' } }, { kind: 'chips', item: 'number' }],
    ['a list of choices', { type: 'array', items: { enum: ['x', 'y'] } }, { kind: 'chips', suggestions: ['x', 'y'] }],
    [
      'a list of flat objects',
      { type: 'array', items: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } } },
      { kind: 'table' },
    ],
    [
      'a list of deep objects',
      { type: 'array', items: { type: 'object', properties: { a: { type: 'array', items: {} } } } },
      { kind: 'json' },
    ],
    ['a list of lists', { type: 'array', items: { type: 'array', items: { type: 'number' } } }, { kind: 'json' }],
    ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }], items: false }, { kind: 'json' }],
    ['a record', { type: 'object', additionalProperties: { type: 'number' } }, { kind: 'json' }],
    ['an object', { type: 'object', properties: { email: { type: 'string' } } }, { kind: 'group' }],
    ['properties without a type', { properties: { a: { type: 'string' } } }, { kind: 'group' }],
    [
      'several shapes',
      { oneOf: [{ type: 'object', properties: { a: { type: 'string' } } }, { type: 'string' }] },
      { kind: 'variants' },
    ],
    ['several types', { type: ['string', 'number'] }, { kind: 'variants' }],
    ['text or null', { type: ['string', 'null'] }, { kind: 'text', nullable: true }],
    [
      'text or null, as a choice of shapes',
      { anyOf: [{ type: 'string', format: 'uri' }, { type: 'null' }] },
      { kind: 'text', nullable: true, format: 'uri' },
    ],
    [
      'a choice or null',
      { type: ['string', 'null'], enum: ['a', 'b', null] },
      {
        kind: 'choice',
        nullable: true,
        choices: [
          { label: 'a', value: 'a' },
          { label: 'b', value: 'b' },
        ],
      },
    ],
    ['a schema that accepts all', {}, { kind: 'json' }],
    ['a schema that is nonsense', { type: 7, enum: 'x', properties: [] }, { kind: 'json' }],
  ])('%s', (_name, schema, expected) => {
    expect(only(schema)).toMatchObject(expected)
  })

  it('follows references and folds allOf in', () => {
    const field = buildField({
      $ref: '#/$defs/whole',
      $defs: {
        base: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
        whole: { allOf: [{ $ref: '#/$defs/base' }, { properties: { name: { type: 'string' } }, required: ['name'] }] },
      },
    })
    expect(field).toMatchObject({
      kind: 'group',
      members: [
        { key: 'id', required: true, field: { kind: 'number' } },
        { key: 'name', required: true, field: { kind: 'text' } },
      ],
    })
  })

  it.each([
    ['of itself', { $ref: '#' }],
    ['of a part in a circle', { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }],
    ['of allOf to itself', { $defs: { a: { allOf: [{ $ref: '#/$defs/a' }] } }, allOf: [{ $ref: '#/$defs/a' }] }],
    ['of nothing', { $ref: '#/$defs/gone' }],
    ['of another document', { $ref: 'https://example.com/x.json' }],
  ])('a reference %s ends as JSON', (_name, schema) => {
    expect(buildField(schema).kind).toBe('json')
  })

  it('a schema that holds itself ends as JSON some levels down', () => {
    const field = buildField({ type: 'object', properties: { name: { type: 'string' }, child: { $ref: '#' } } })
    let depth = 0
    for (let at: Field | undefined = field; at?.kind === 'group'; at = at.members[1]?.field) depth += 1
    expect(depth).toBeGreaterThan(1)
    expect(depth).toBeLessThan(8)
  })

  it('labels come from the title, else from the name', () => {
    const field = buildField({
      type: 'object',
      properties: {
        stripMetadata: { type: 'boolean', description: 'Removes location' },
        sourceURL: { type: 'string' },
        q: { type: 'string', title: 'Quality' },
      },
    })
    expect(field.kind === 'group' && field.members.map((member) => member.field.label)).toEqual([
      'Strip metadata',
      'Source URL',
      'Quality',
    ])
    expect(field.kind === 'group' && field.members[0]?.field.description).toBe('Removes location')
  })

  it('reads what zod writes', () => {
    const schema = z.toJSONSchema(
      z.object({
        path: z.string().describe('The folder'),
        mode: z.enum(['fast', 'exact']).default('fast'),
        retries: z.int().min(0).max(5),
        when: z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('now') }),
          z.object({ kind: z.literal('every-day'), at: z.string() }),
        ]),
      }),
      { io: 'input' },
    )
    const field = buildField(schema)
    expect(field).toMatchObject({
      kind: 'group',
      members: [
        { key: 'path', required: true, field: { kind: 'text', description: 'The folder' } },
        { key: 'mode', required: false, field: { kind: 'choice', default: 'fast' } },
        { key: 'retries', required: true, field: { kind: 'number', slider: true } },
        {
          key: 'when',
          required: true,
          field: { kind: 'variants', variants: [{ label: 'Now' }, { label: 'Every day' }] },
        },
      ],
    })
  })
})
