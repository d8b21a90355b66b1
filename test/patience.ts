/**
 * How long a test waits for what has to come, in ms. A limit is only there for what never comes: it is far beyond what a
 * slow and busy machine needs, and below the time limit of a test (vitest.config.ts), so that the test says what it
 * waited for.
 */
export const patienceMs = 150_000
