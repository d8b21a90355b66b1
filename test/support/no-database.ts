import type { JobDatabaseAccess } from '../../electron/runner/history/history.ts'

/** For tests whose jobs use no database. */
export const noDatabase: JobDatabaseAccess = {
  run: () => Promise.resolve({ error: { name: 'Error', message: 'This test has no database.' } }),
}
