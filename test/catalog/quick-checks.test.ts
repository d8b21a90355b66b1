import { expect, test } from 'vitest'
import { QuickChecks } from '../../electron/runner/catalog/quick-checks.ts'
import { readyChecks } from '../../workers/ready-checks.ts'

async function quick(input: Record<string, unknown>) {
  const checks = await readyChecks({ input })
  if (checks.input === undefined) throw new Error('It has no check.')
  return new QuickChecks().of(checks.input)
}

test('an input is checked in place, and its defaults are filled in without touching it', async () => {
  const check = await quick({
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'number' }, b: { default: 2 } },
  })
  const given = { a: 1 }
  expect(check?.(given)).toEqual({ value: { a: 1, b: 2 } })
  expect(given).toEqual({ a: 1 })
  expect(check?.({})).toEqual({ issues: [{ path: ['a'], message: 'is required' }] })
})

test.each([
  { properties: { text: { pattern: '^(a+)+$' } } },
  { type: 'array', uniqueItems: true },
  { patternProperties: { '^(a+)+$': {} } },
  { $defs: { tree: { anyOf: [{ items: { $ref: '#/$defs/tree' } }] } }, $ref: '#/$defs/tree' },
])('what could take longer than its input is long is left to a thread: %j', async (schema) => {
  expect(await quick(schema)).toBeUndefined()
})
