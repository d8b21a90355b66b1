import type { SystemInfo } from '../../electron/contract/runner.ts'
import { counted } from '../components/words.ts'

type Profile = Pick<SystemInfo['profile'], 'name' | 'readOnly' | 'changesAllowedUntil' | 'takesNoJobs'>

/**
 * What the runner does of a read-only profile, after the sentence that says so. `running`: how many jobs run on this
 * runner; made read-only under way, they are let finish.
 */
export function takingWords({ readOnly, changesAllowedUntil, takesNoJobs }: Profile, running: number): string {
  if (!readOnly) return 'It was read-only when it was opened. Used again, it does.'
  const off = changesAllowedUntil === undefined ? 'Enqueue, cancel, retry, remove and pause are off' : ''
  if (takesNoJobs !== true) return off === '' ? '' : `${off}.`
  const takes =
    off === '' ? 'This runner still takes none of its jobs' : `${off}, and this runner takes none of its jobs`
  if (running === 0) return `${takes}.`
  return `${takes}. ${counted(running, 'job')} that ${running === 1 ? 'runs' : 'run'} here ${running === 1 ? 'finishes' : 'finish'}, and how is stored.`
}
