import { TorilError } from '../contract/errors.ts'
import { createProblemReporter } from './queue/problem-reporter.ts'

/** A server is away, this runner is about to stop, or it may not speak to others: each is told where it is noticed. */
const toldElsewhere = new Set<string>(['UNAVAILABLE', 'RUNNER_STOPPING', 'RUNNER_SILENT'])

/** Whether the connection, or the line to the other runners, tells of it already, and what is left is done later. */
export function isAway(error: unknown): boolean {
  return error instanceof TorilError && toldElsewhere.has(error.code)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** For a `catch` where an outage is passed over: anything else is a fault, and told, at most once a minute. */
export function unlessAway(onProblem: (message: string) => void, what: string): (error: unknown) => undefined {
  const report = createProblemReporter(onProblem)
  return (error) => {
    if (!isAway(error)) report(`${what}: ${messageOf(error)}`)
  }
}
