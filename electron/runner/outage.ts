import { TorilError } from '../contract/errors.ts'
import { createProblemReporter } from './queue/problem-reporter.ts'

/** Whether a server is away, or this runner is about to stop: the connection tells, and what is left is done later. */
export function isAway(error: unknown): boolean {
  return error instanceof TorilError && (error.code === 'UNAVAILABLE' || error.code === 'RUNNER_STOPPING')
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
