import { type } from 'arktype'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { describeJob } from '../../workers/describe-job.ts'
import { compileSchema, describeIssues } from '../../workers/validate.ts'

const schemas = [
  { library: 'zod', schema: z.object({ a: z.number(), b: z.string().default('x') }) },
  { library: 'valibot', schema: v.object({ a: v.number(), b: v.optional(v.string(), 'x') }) },
  { library: 'arktype', schema: type({ a: 'number', b: "string = 'x'" }) },
  {
    library: 'JSON Schema',
    schema: {
      type: 'object',
      required: ['a'],
      properties: { a: { type: 'number' }, b: { type: 'string', default: 'x' } },
    },
  },
]

test.each(schemas)('$library checks, fills in defaults and names the field', async ({ schema }) => {
  const validate = await compileSchema(schema)
  const given = { a: 1 }
  expect(await validate(given)).toEqual({ value: { a: 1, b: 'x' } })
  expect(given).toEqual({ a: 1 })
  const bad = await validate({ a: 'one' })
  expect('issues' in bad && bad.issues[0]?.path).toEqual(['a'])
})

test.each(schemas)('$library is shown as JSON Schema', async ({ schema }) => {
  const described = await describeJob({ name: 'job', title: 'Job', input: schema, output: schema, run: () => 1 })
  expect(described.inputSchema).toMatchObject({
    type: 'object',
    properties: { a: { type: 'number' } },
    required: ['a'],
  })
  expect(described.outputSchema).toMatchObject({ type: 'object' })
})

test('issues of JSON Schema name missing and unknown fields and array indexes', async () => {
  const validate = await compileSchema({
    type: 'object',
    required: ['list', 'more'],
    additionalProperties: false,
    properties: { list: { type: 'array', items: { type: 'number' } }, more: {} },
  })
  const bad = await validate({ list: [1, 'x'], odd: 1 })
  const issues = 'issues' in bad ? bad.issues : []
  expect(describeIssues(issues)).toBe('more: is required; odd: is not known; list.1: must be number')
})

test('a definition with wrong fields names each of them', async () => {
  const broken = describeJob({ name: 'Not Good', title: '', input: {}, defaults: { attempts: 0 }, run: () => 1 })
  await expect(broken).rejects.toThrow(/name: must be lower-case.*title: must be a text.*defaults\.attempts/)
})

test('a schema that cannot be shown says why', async () => {
  const dated = describeJob({ name: 'job', title: 'Job', input: z.object({ at: z.date() }), run: () => 1 })
  await expect(dated).rejects.toThrow('The input schema cannot be shown: Date cannot be represented in JSON Schema.')
  const nonsense = describeJob({ name: 'job', title: 'Job', input: { type: 'nonsense' }, run: () => 1 })
  await expect(nonsense).rejects.toThrow(/input schema cannot be shown: schema is invalid/)
})
