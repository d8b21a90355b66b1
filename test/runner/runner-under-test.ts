import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFinished, type Job, type JobOptions } from '../../electron/contract/job.ts'
import { createRunner, type RunnerConfig } from '../../electron/runner/create-runner.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { makeTestFolder } from '../support/postgres.ts'
import { writeTestJobs } from './test-jobs.ts'

/** Where the queue of the runners under test is. */
export interface QueuePlace {
  /** Environment variables that lead a runner there; none for the embedded server. */
  variables: Record<string, string>
  /** Set when it is Redis. */
  redisPort?: number
  /** A database of its own for a test that holds it up; where the history has a server of its own. */
  createDatabase?: () => Promise<string>
  stop(): Promise<void>
}

/** One attempt, and little time between two. */
export const once: JobOptions = { attempts: 1, backoff: { type: 'fixed', delayMs: 20 } }

/** How soon a runner that was killed is noticed by its locks alone; the default is half a minute. */
export const hastyTiming = { lockMs: 2_000, stalledCheckMs: 500 }

/** Locks that outlive any test: what is taken up meanwhile was released by somebody who knew. */
export const patientTiming = { lockMs: 3_600_000, stalledCheckMs: 3_600_000 }

/** A data folder with a jobs folder beside it, and the runners that were started on it. */
export class RunnerHome {
  readonly folder: string
  readonly #variables: Record<string, string>
  readonly #open: Runner[] = []

  private constructor(folder: string, variables: Record<string, string>) {
    this.folder = folder
    this.#variables = variables
  }

  static async make(variables: Record<string, string>): Promise<RunnerHome> {
    const home = new RunnerHome(await makeTestFolder(), variables)
    await mkdir(home.dataDir)
    await writeTestJobs(home.jobsDir)
    return home
  }

  get dataDir(): string {
    return join(this.folder, 'data')
  }

  get jobsDir(): string {
    return join(this.folder, 'jobs')
  }

  get variables(): Record<string, string> {
    return { ...this.#variables, TORIL_JOBS_DIR: this.jobsDir }
  }

  async start(more: Partial<RunnerConfig> = {}): Promise<Runner> {
    const runner = await createRunner({
      kind: 'headless',
      dataDir: this.dataDir,
      environment: readEnvironment(this.variables),
      version: '0.0.0',
      onProblem: () => undefined,
      ...more,
    })
    this.#open.push(runner)
    return runner
  }

  /** With more in the environment. */
  startWith(variables: Record<string, string>): Promise<Runner> {
    return this.start({ environment: readEnvironment({ ...this.variables, ...variables }) })
  }

  /** A path for the input of a `hold` job. */
  gate(name: string): string {
    return join(this.folder, `gate-${name}`)
  }

  async openGate(name: string): Promise<void> {
    await writeFile(this.gate(name), '')
  }

  async stopRunners(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((runner) => runner.stop({ graceMs: 0 })))
  }

  async remove(): Promise<void> {
    await this.stopRunners()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** The job once `holds` is true of it. */
export function jobWhen(runner: Runner, id: string, what: string, holds: (job: Job) => boolean): Promise<Job> {
  return until(async () => {
    const job = await runner.jobs.get(id)
    return holds(job) ? job : undefined
  }, `job ${id} ${what}`)
}

export function whenFinished(runner: Runner, id: string): Promise<Job> {
  return jobWhen(runner, id, 'has finished', (job) => isFinished(job.state))
}

/** Once its code runs, not only taken from the queue. */
export function whenStarted(runner: Runner, id: string, attempt = 1): Promise<Job> {
  return jobWhen(runner, id, 'runs', (job) => job.state === 'active' && job.attempts.length === attempt)
}
