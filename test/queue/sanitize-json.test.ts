import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../electron/contract/json.ts'
import { cleanJson, cleanText } from '../../electron/runner/queue/sanitize-json.ts'

/** Text as it should not be: any code units, lone surrogates and NUL among them. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xff), fc.integer({ min: 0xd7f0, max: 0xe010 }), fc.constant(0)))
  .map((units) => String.fromCharCode(...units))
const anyJson = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyText,
    fc.constantFrom<Json>(null, true, false, 0, 1.5),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(anyText, fc.constant('__proto__')), tie('value')),
  ),
})).value

function isClean(value: Json): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0')
  if (Array.isArray(value)) return value.every(isClean)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).every(([key, item]) => isClean(key) && isClean(item))
  }
  return true
}

describe('cleanJson', () => {
  it('leaves no NUL and no lone surrogate in any value or key', () => {
    fc.assert(fc.property(anyJson, (value) => isClean(cleanJson(value))))
  })

  it('answers a clean value itself', () => {
    fc.assert(fc.property(anyJson, (value) => !isClean(value) || cleanJson(value) === value))
  })

  it('changes nothing but the bad characters', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cleaned = cleanText(text)
        expect(cleaned).toHaveLength(text.length)
        for (const [index, unit] of [...cleaned.split('').entries()]) {
          if (unit !== '\uFFFD') expect(unit).toBe(text[index])
        }
      }),
    )
  })

  it('does the same when done twice', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const once = cleanJson(value)
        expect(cleanJson(once)).toBe(once)
      }),
    )
  })

  it('keeps a key named __proto__ an ordinary key', () => {
    const value = JSON.parse('{"__proto__": "a\\u0000", "b": 1}') as Json
    const cleaned = cleanJson(value)
    expect(JSON.stringify(cleaned)).toBe('{"__proto__":"a\uFFFD","b":1}')
  })

  it('keeps whole surrogate pairs', () => {
    expect(cleanJson({ emoji: '🐂' })).toEqual({ emoji: '🐂' })
  })
})
