/** Toril's own secrets. A job reaches the database by `ctx.services.db`, and has no business with the others. */
const withheld = ['TORIL_TOKEN', 'DATABASE_URL', 'REDIS_URL', 'TORIL_PROFILE']

/**
 * `process.env` of the threads that run code of jobs, and of every program that Toril starts: that of the runner
 * without Toril's own secrets. A server may run as another user, and goes on after a crash of Toril.
 */
export function childEnvironment(variables: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  // Windows knows names in any case.
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !withheld.includes(name.toUpperCase())))
}
