import type * as z from 'zod'
import {
  historyPartSchema,
  profileDraftSchema,
  queuePartSchema,
  secretPathsOf,
  type ProfileDraft,
  type SecretChanges,
  type SecretPath,
} from '../../../electron/contract/connection-profile.ts'
import { draftOf, type FieldIssue } from './form-draft.ts'
import { formPaths, type FormPath, type FormValues } from './form-values.ts'

/** Where a problem is shown: a field of the form, or a password by its path below `secrets`. */
export type ProblemPath = FormPath | `secrets.${SecretPath}`

function wordsFor(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'is required'
      return `must be at least ${issue.minimum}`
    case 'too_big':
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`
    case 'invalid_union':
      return 'must be a host name, an address, or the folder of a socket'
    default:
      return issue.message
  }
}

/** The field a path of the profile belongs to: `queue.sentinels.0.host` to the list of sentinels. */
export function fieldOf(path: string): ProblemPath | undefined {
  if (path.startsWith('secrets.')) return path as ProblemPath
  const known = formPaths.filter((field) => path === field || path.startsWith(`${field}.`))
  return known.toSorted((a, b) => b.length - a.length)[0]
}

/** The first problem of each field, and one sentence for what belongs to none. */
export function placeIssues(issues: readonly FieldIssue[]): {
  problems: ReadonlyMap<ProblemPath, string>
  rest: string | undefined
} {
  const problems = new Map<ProblemPath, string>()
  let rest: string | undefined
  for (const { path, message } of issues) {
    const field = fieldOf(path)
    if (field === undefined) rest ??= path === '' ? message : `${path} ${message}`
    else if (!problems.has(field)) problems.set(field, message)
  }
  return { problems, rest }
}

/** What can be said about the form before the runner has seen it. */
export function problemsOf(values: FormValues): ReadonlyMap<ProblemPath, string> {
  const { draft, issues } = draftOf(values)
  const parsed = profileDraftSchema.safeParse(draft)
  const found = (parsed.error?.issues ?? []).map((issue) => ({
    path: issue.path.join('.'),
    message: wordsFor(issue),
  }))
  return placeIssues([...issues, ...found]).problems
}

/** The passwords the form asks for as it stands, and those of them that are given; null takes one away. */
export function fittingSecrets(
  { queue, history }: ProfileDraft,
  secrets: Readonly<Record<string, string | null>>,
): SecretChanges {
  const parts = {
    queue: queuePartSchema.safeParse(queue).data ?? { kind: 'embedded' as const },
    history: historyPartSchema.safeParse(history).data ?? { kind: 'embedded' as const },
  }
  const fitting = secretPathsOf(parts)
  return Object.fromEntries(Object.entries(secrets).filter(([path]) => fitting.some((fit) => fit === path)))
}
