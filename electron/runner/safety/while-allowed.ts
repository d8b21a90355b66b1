import type { BatchProgress } from '../../contract/batch.ts'
import { TorilError } from '../../contract/errors.ts'
import type { Safety } from './create-safety.ts'
import type { UsedProfiles } from './used-profile.ts'

export interface Allowing {
  safety: Pick<Safety, 'refuseReadOnly' | 'onChange'>
  used: Pick<UsedProfiles, 'current' | 'onChange'>
}

/** Done to many jobs, until the signal aborts. */
type Act = (signal: AbortSignal) => Promise<AsyncIterable<BatchProgress>>

/**
 * Ends what is done to many jobs once changes are no longer allowed: the time for them is over, or somebody has made
 * the profile read-only to stop it. What is under way is waited for; then READ_ONLY says how far it came.
 */
export async function whileAllowed(
  { safety, used }: Allowing,
  signal: AbortSignal,
  act: Act,
): Promise<AsyncIterable<BatchProgress>> {
  const refused = new AbortController()
  const look = (): void => {
    try {
      safety.refuseReadOnly()
    } catch {
      refused.abort()
    }
  }
  const progress = await act(AbortSignal.any([signal, refused.signal]))

  return (async function* watched() {
    const stops = [safety.onChange(look), used.onChange(look)]
    // It may have been before anybody listened.
    look()
    let last: BatchProgress | undefined
    try {
      for await (const told of progress) {
        last = told
        if (refused.signal.aborted && told.over && told.done + told.failed < told.total) throw stopped(used, told)
        yield told
      }
    } catch (error) {
      const isRefusal = error instanceof TorilError && error.code === 'READ_ONLY'
      throw isRefusal && last !== undefined ? stopped(used, last) : error
    } finally {
      for (const stop of stops) stop()
    }
  })()
}

function stopped(used: Allowing['used'], { done, total }: BatchProgress): TorilError {
  const count = `${done.toLocaleString('en')} of ${total.toLocaleString('en')}`
  const message = `${used.current().name} is read-only now, so this was stopped: ${count} jobs were done, and the rest is left as it was.`
  return new TorilError('READ_ONLY', message)
}
