import { expect, test } from 'vitest'
import type { PlainJsonSchema } from '../../workers/define-job.ts'
import { loadCheck, readyChecks } from '../../workers/ready-checks.ts'
import { compileSchema } from '../../workers/validate.ts'

const schemas: PlainJsonSchema[] = [
  {},
  {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', minLength: 2, maxLength: 3, pattern: '^\\p{L}+$' },
      size: { type: 'number', multipleOf: 0.5, default: 1 },
      kind: { enum: ['a', { b: [1, 2] }] },
      at: { type: 'string', format: 'date-time' },
    },
    unevaluatedProperties: false,
  },
  { type: 'array', uniqueItems: true, prefixItems: [{ const: 1 }], items: { type: ['string', 'null'] }, contains: {} },
  {
    $defs: {
      node: { $id: 'node', type: 'object', properties: { next: { $ref: 'node' }, value: { type: 'integer' } } },
    },
    $ref: '#/$defs/node',
  },
  { $dynamicAnchor: 'tree', type: 'object', properties: { children: { items: { $dynamicRef: '#tree' } } } },
  { $ref: 'https://json-schema.org/draft/2020-12/schema' },
]
const values = [
  null,
  1,
  'text',
  [],
  [1, 'a', 'a'],
  [1, 'a', null],
  [2, 3],
  {},
  { name: 'x' },
  { name: '\u{1D538}bc' },
  { name: 'ab', size: 1.25, kind: { b: [1, 2] }, at: 'never', odd: true },
  { name: 'ab', size: 1.5, kind: 'a' },
  { next: { next: { value: 'one' } } },
  { children: [{ children: [1] }] },
  { type: 'nonsense', properties: [] },
]

test('a check made elsewhere finds what the schema itself finds, and fills in the same', async () => {
  for (const schema of schemas) {
    const checks = await readyChecks({ input: schema })
    const javaScript = checks.input?.javaScript
    expect(javaScript).toBeDefined()
    const own = await compileSchema(schema)
    const ready = await compileSchema(schema, () => Promise.resolve(loadCheck(javaScript ?? '')))
    for (const value of values) expect(await ready(value)).toEqual(await own(value))
  }
})

test('a schema that cannot be compiled is left out, and what it lies beside is not', async () => {
  const output = { type: 'string' }
  const definition = { input: { type: 'nonsense' }, output }
  expect(await readyChecks(definition)).toEqual({
    output: { schema: JSON.stringify(output), javaScript: expect.any(String) },
  })
})
