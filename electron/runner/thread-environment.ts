/** Toril's own secrets. A job reaches the database by `ctx.services.db`, and has no business with the others. */
const withheld = ['TORIL_TOKEN', 'DATABASE_URL', 'REDIS_URL', 'TORIL_PROFILE']

/** `process.env` of a thread that runs code of jobs: that of the runner without Toril's own secrets. */
export function threadEnvironment(variables: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  // Windows knows names in any case.
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !withheld.includes(name.toUpperCase())))
}
