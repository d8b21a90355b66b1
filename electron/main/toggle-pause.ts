import { createRouterClient } from '@orpc/server'
import { dialog } from 'electron'
import { logToStandardError } from '../api/context.ts'
import { coerceErrors } from '../api/interceptors.ts'
import { createRouter } from '../api/router/create-router.ts'
import type { Runner } from '../runner/runner.ts'

/**
 * Pauses the queue, or resumes it, from the menu, and says in a dialog why it did not. It is called as the panel
 * calls it, through the api: what is refused there, on a read-only profile say, must be refused here.
 */
export async function togglePause(starting: Promise<{ runner: Runner }>): Promise<void> {
  try {
    const { runner } = await starting
    const { queue } = createRouterClient(createRouter(runner), {
      context: { by: 'menu' },
      interceptors: [coerceErrors(logToStandardError)],
    })
    await ((await queue.get()).paused ? queue.resume() : queue.pause())
  } catch (error) {
    dialog.showErrorBox('The queue was not changed', error instanceof Error ? error.message : String(error))
  }
}
