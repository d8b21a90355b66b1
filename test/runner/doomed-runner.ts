import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { until } from '../queue/until.ts'
import type { CrashPlan } from './crash-child.ts'

export interface DoomedRunner {
  /** Ids the queue acknowledged, in order. */
  readonly acknowledged: string[]
  /** Id of the job that does not end. */
  readonly held: string | undefined
  /** Lets it enqueue its jobs. */
  begin(): void
  /** Cancels the job that does not end, and answers with the result. */
  cancel(): Promise<string>
  /** Stops the whole process, as a computer that sleeps does, until it is woken. */
  sleep(): void
  wake(): void
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

/** A runner in a process of its own, to be killed. Resolves when it is ready to begin. */
export async function startDoomedRunner(plan: CrashPlan): Promise<DoomedRunner> {
  const script = join(import.meta.dirname, 'crash-child.ts')
  const child = spawn(process.execPath, [script, JSON.stringify(plan)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const atExit = (): void => void child.kill('SIGKILL')
  process.once('exit', atExit)
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const acknowledged: string[] = []
  let held: string | undefined
  let cancelled: string | undefined
  let ready = false
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word, id = ''] = line.split(' ')
    if (word === 'acknowledged') acknowledged.push(id)
    else if (word === 'held') held = id
    else if (word === 'cancel') cancelled = id
    else if (word === 'ready') ready = true
  })
  const kill = async (): Promise<void> => {
    process.removeListener('exit', atExit)
    child.kill('SIGKILL')
    await gone
  }
  try {
    await until(() => {
      if (child.exitCode !== null) throw new Error('The runner ended before it was ready.')
      return ready
    }, 'the runner to be killed is ready')
  } catch (error) {
    await kill()
    throw error
  }
  return {
    acknowledged,
    get held() {
      return held
    },
    begin: () => void child.stdin.write('go\n'),
    async cancel() {
      child.stdin.write('cancel\n')
      return until(() => cancelled, 'the cancel is answered')
    },
    sleep: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    kill,
  }
}
