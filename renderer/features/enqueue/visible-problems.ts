import { pathText } from '../../components/schema-form/diff.ts'
import { pointerOf, type JsonPath } from '../../components/schema-form/json-path.ts'
import type { Problem } from '../../components/schema-form/problems.ts'

/** What the user has done so far: it decides which problems may be shown without nagging. */
export interface Attention {
  /** Fields the user has left. */
  touched: ReadonlySet<string>
  /** The field being typed into for the first time. */
  typing: string | undefined
  /** The user tried to enqueue. */
  attempted: boolean
}

/**
 * Problems to show now. What is missing is a problem once the user has left its field, or tried to enqueue;
 * what is being typed is one once it is left.
 */
export function visibleProblems(problems: readonly Problem[], { touched, typing, attempted }: Attention): Problem[] {
  if (attempted) return [...problems]
  return problems.filter((problem) => {
    const pointer = pointerOf(problem.path)
    if (problem.missing) return touched.has(pointer)
    return typing === undefined || (pointer !== typing && !pointer.startsWith(`${typing}/`))
  })
}

export function messagesAt(problems: readonly Problem[], path: JsonPath): string[] {
  const pointer = pointerOf(path)
  return problems.filter((problem) => pointerOf(problem.path) === pointer).map(({ message }) => message)
}

export function messagesInside(problems: readonly Problem[], path: JsonPath): string[] {
  const start = `${pointerOf(path)}/`
  return problems
    .filter((problem) => pointerOf(problem.path).startsWith(start))
    .map((problem) => `${pathText(problem.path.slice(path.length))} ${problem.message}`)
}
