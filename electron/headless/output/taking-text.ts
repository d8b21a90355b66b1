import type { Runner, SystemInfo } from '../../contract/runner.ts'
import { unknown } from './format.ts'

export const stateWords: Record<Runner['state'], string> = {
  taking: 'takes jobs',
  paused: 'is paused',
  draining: 'takes no more jobs and ends what it runs',
  drained: 'runs nothing and takes no jobs',
}

/** Whether this runner takes jobs, and why not. `self` is not known while the queue is away. */
export function takingText(
  { readOnly, takesNoJobs }: Pick<SystemInfo['profile'], 'readOnly' | 'takesNoJobs'>,
  self: Pick<Runner, 'state' | 'active'> | undefined,
): string {
  if (takesNoJobs !== true) return self === undefined ? unknown : stateWords[self.state]
  if (!readOnly) return 'takes no jobs until the profile is used anew: it was read-only when it was opened'
  const running = self === undefined || self.active === 0 ? '' : `; ${self.active} that run here finish`
  return `takes no jobs, because the profile is read-only${running}`
}
