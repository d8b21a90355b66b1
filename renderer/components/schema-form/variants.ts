import type { Json } from '../../../electron/contract/json.ts'
import type { Field, Member, Variant } from './field.ts'
import { initialValue } from './initial-value.ts'
import { isObject, sameJson, valueAt, type JsonPath } from './json-path.ts'
import { fits } from './field-text.ts'

/** How well a value has the shape of a field: constants that agree weigh most, then members that are there. */
function likeness(field: Field, value: Json | undefined): number {
  if (value === undefined) return 0
  if (field.kind === 'constant') return sameJson(field.value, value) ? 4 : -4
  if (field.kind === 'variants') return Math.max(0, ...field.variants.map((variant) => likeness(variant.field, value)))
  if (field.kind === 'group' && isObject(value)) {
    const known = new Set(field.members.map(({ key }) => key))
    const foreign = Object.keys(value).filter((key) => !known.has(key)).length
    return field.members.reduce((sum, member) => sum + memberLikeness(member, value), 1) - foreign
  }
  if (field.kind === 'json') return 0.5
  // A number field would take text for a moment of typing; here a number is meant.
  if (field.kind === 'number') return typeof value === 'number' ? 2 : -2
  return fits(field, value) ? 2 : -2
}

function memberLikeness({ key, required, field }: Member, value: { [key: string]: Json }): number {
  if (!Object.hasOwn(value, key)) return required ? -1 : 0
  return field.kind === 'constant' || field.kind === 'choice'
    ? likeness(field, value[key])
    : 1 + likeness(field, value[key]) / 4
}

/** Which of the variants a value is; the first of the likeliest. */
export function variantOf(variants: readonly Variant[], value: Json | undefined): number {
  let best = 0
  let bestLikeness = Number.NEGATIVE_INFINITY
  for (const [index, variant] of variants.entries()) {
    const found = likeness(variant.field, value)
    if (found > bestLikeness) {
      best = index
      bestLikeness = found
    }
  }
  return best
}

/** The value after another variant is picked: what both know is kept, the rest is as that variant starts. */
export function switchVariant(next: Variant, value: Json | undefined): Json | undefined {
  const start = initialValue(next.field)
  if (next.field.kind !== 'group' || !isObject(value) || !isObject(start)) {
    return next.field.kind !== 'group' && value !== undefined && likeness(next.field, value) > 0 ? value : start
  }
  const kept = next.field.members
    .filter(({ key, field }) => field.kind !== 'constant' && Object.hasOwn(value, key) && fits(field, value[key]))
    .map(({ key }) => [key, value[key] ?? null] as const)
  return { ...start, ...Object.fromEntries(kept) }
}

/**
 * The branch of the picker at a path, where there is one: chosen by the user, else told from the value.
 * `chosen` answers what the user picked at a pointer.
 */
export function branchAt(
  root: Field,
  document: Json,
  path: JsonPath,
  chosen: (path: JsonPath) => number | undefined,
): number | undefined {
  let field: Field | undefined = root
  for (let depth = 0; ; depth += 1) {
    const here = path.slice(0, depth)
    if (field?.kind === 'variants') {
      const branch: number = chosen(here) ?? variantOf(field.variants, valueAt(document, here))
      if (depth === path.length) return branch
      field = field.variants[branch]?.field
    }
    const step: string | number | undefined = path[depth]
    if (step === undefined) return undefined
    if (field?.kind === 'group') field = field.members.find((member) => member.key === step)?.field
    else return undefined
  }
}
