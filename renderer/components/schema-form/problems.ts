import { Validator, type OutputUnit, type Schema as CheckedSchema } from '@cfworker/json-schema'
import type { Issue, Json } from '../../../electron/contract/json.ts'
import { pointerOf, stepsOf, valueAt, type JsonPath } from './json-path.ts'
import { asSchema, type Schema } from './json-schema.ts'
import { wordsFor } from './problem-words.ts'

/** One thing wrong with an input. `missing`: nothing is there yet where something must be. */
export interface Problem extends Issue {
  missing: boolean
}

/** Says which branch of a `oneOf` / `anyOf` the user is filling in, so that only its problems are told. */
type BranchOf = (path: JsonPath) => number | undefined

/** Keywords that only say "something inside is wrong": what is inside says it better. */
const wrappers = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
  'items',
  'prefixItems',
  'allOf',
  'anyOf',
  'oneOf',
  '$ref',
  'then',
  'else',
  'if',
  'dependentSchemas',
  'propertyNames',
])

export interface InputChecker {
  /** What is wrong with a value, in plain words, in document order of the checker; empty when it fits. */
  problemsOf(value: Json, branchOf?: BranchOf): Problem[]
}

/**
 * Checks inputs against a JSON Schema without `eval`, which the panel's content security policy forbids. A
 * schema it cannot work with (a pattern JavaScript does not know, say) passes everything: the runner checks
 * again, with the job type's own schema.
 */
export function createChecker(schema: Schema): InputChecker {
  // The validator leaves marks in the schema it is given, so it gets its own.
  let validator: Validator | undefined
  try {
    validator = new Validator(structuredClone(schema) as CheckedSchema, '2020-12', false)
  } catch {
    validator = undefined
  }
  return {
    problemsOf(value, branchOf = () => undefined) {
      if (validator === undefined) return []
      try {
        const { valid, errors } = validator.validate(value)
        return valid ? [] : collect(errors, schema, value, branchOf)
      } catch {
        return []
      }
    },
  }
}

function collect(errors: OutputUnit[], schema: Schema, value: Json, branchOf: BranchOf): Problem[] {
  const chosen = (error: OutputUnit): boolean => inChosenBranches(error, errors, value, branchOf)
  // The place the validator gives for a forbidden member is not one of the schema: ask the error it explains.
  const relevant = errors.filter((error, index) =>
    chosen(error.keyword === 'false' ? (errors[index - 1] ?? error) : error),
  )
  const told = relevant.filter(
    (error) =>
      !relevant.some(
        (other) => other !== error && (wrappers.has(error.keyword) ? isInside(other, error) : isBetter(other, error)),
      ),
  )
  const seen = new Set<string>()
  return told.flatMap((error) => {
    const problem = explain(error, schema, value)
    const key = `${pointerOf(problem.path)} ${problem.message}`
    if (seen.has(key)) return []
    seen.add(key)
    return [problem]
  })
}

function isInside(inner: OutputUnit, outer: OutputUnit): boolean {
  if (inner.keyword === 'false') return inner.instanceLocation.startsWith(`${outer.instanceLocation}/`)
  return inner.keywordLocation.startsWith(`${outer.keywordLocation}/`)
}

/** "must be an e-mail address" says more than the pattern that stands beside it. */
function isBetter(other: OutputUnit, error: OutputUnit): boolean {
  return error.keyword === 'pattern' && other.keyword === 'format' && other.instanceLocation === error.instanceLocation
}

interface Branch {
  /** Keyword location of the alternatives, `#/properties/c/oneOf`. */
  location: string
  path: (string | number)[]
  branch: number
}

/** How many steps of the schema and of the value a keyword takes. */
const keywordSteps: Record<string, [schema: number, value: number]> = {
  properties: [2, 1],
  patternProperties: [2, 1],
  prefixItems: [2, 1],
  items: [1, 1],
  additionalProperties: [1, 1],
  unevaluatedProperties: [1, 1],
  contains: [1, 1],
  allOf: [2, 0],
  dependentSchemas: [2, 0],
}

/** The alternatives on the way to an error, outermost first. */
function branchesOf(error: OutputUnit, value: Json): Branch[] {
  const steps = stepsOf(error.keywordLocation.slice(1))
  const instance = pathOf(error.instanceLocation, value)
  const branches: Branch[] = []
  let depth = 0
  for (let index = 0; index < steps.length;) {
    const step = steps[index] ?? ''
    if ((step === 'oneOf' || step === 'anyOf') && steps[index + 1] !== undefined) {
      const location = `#${pointerOf(steps.slice(0, index + 1))}`
      branches.push({ location, path: instance.slice(0, depth), branch: Number(steps[index + 1]) })
      index += 2
    } else {
      const [inSchema, inValue] = keywordSteps[step] ?? [1, 0]
      index += inSchema
      depth += inValue
    }
  }
  return branches
}

/** Of several shapes only the one being filled in is told about; else each would say what it misses. */
function inChosenBranches(error: OutputUnit, errors: OutputUnit[], value: Json, branchOf: BranchOf): boolean {
  return branchesOf(error, value).every(
    ({ location, path, branch }) => branch === (branchOf(path) ?? likelyBranch(location, errors)),
  )
}

/** Where the form has no picker, as for "text or null": the first branch of the right type. */
function likelyBranch(location: string, errors: OutputUnit[]): number {
  const wrong = new Set(
    errors
      .filter(({ keyword }) => keyword === 'type' || keyword === 'const')
      .map(({ keywordLocation }) => keywordLocation),
  )
  let branch = 0
  while (wrong.has(`${location}/${branch}/type`) || wrong.has(`${location}/${branch}/const`)) branch += 1
  return branch
}

/** The pointer as a path: whether `0` is an index or a key is for the value to say. */
function pathOf(location: string, value: Json): (string | number)[] {
  let current: Json | undefined = value
  return stepsOf(location.slice(1)).map((step) => {
    const key = Array.isArray(current) ? Number(step) : step
    current = valueAt(current, [key])
    return key
  })
}

function explain(error: OutputUnit, schema: Schema, value: Json): Problem {
  const path = pathOf(error.instanceLocation, value)
  const found = valueAt(value, path)
  const owner = ownerOf(error, schema)
  const rule = owner?.[error.keyword]
  const name = /"((?:[^"\\]|\\.)*)"/.exec(error.error)?.[1]
  if (error.keyword === 'required') {
    // The check names the first missing member only by its text.
    return { path: name === undefined ? path : [...path, name], message: 'is required', missing: true }
  }
  if (error.keyword === 'dependentRequired') return { path, message: error.error, missing: false }
  return { path, message: wordsFor(error, rule, owner, found), missing: false }
}

function ownerOf(error: OutputUnit, schema: Schema): Schema | undefined {
  let current: unknown = schema
  for (const step of stepsOf(error.keywordLocation.slice(1)).slice(0, -1)) {
    // A reference is walked through, not into: its target stands elsewhere.
    const next: unknown =
      asSchema(current)?.[step] ?? (Array.isArray(current) ? (current as unknown[])[Number(step)] : undefined)
    current = typeof next === 'string' && step === '$ref' ? resolve(schema, next) : next
  }
  return asSchema(current)
}

function resolve(root: Schema, reference: string): unknown {
  return stepsOf(reference.replace(/^#/, '')).reduce<unknown>((current, step) => asSchema(current)?.[step], root)
}
