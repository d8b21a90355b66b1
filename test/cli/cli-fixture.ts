import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { endDatabase } from '../support/headless.ts'
import { makeTestFolder } from '../support/postgres.ts'

const project = join(import.meta.dirname, '..', '..')

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

export interface Started {
  child: ChildProcess
  /** Resolves when this has been printed, on either stream; rejects when the command ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
  finished: Promise<Finished>
}

/** Every file below a folder that can be read as text, the database of the history included. */
export function textOf(folder: string): string {
  if (!existsSync(folder)) return ''
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

/** A data folder with the CLI over it. Everything started is ended by `close`. */
export async function createCli() {
  const folder = await makeTestFolder()
  const dataDir = join(folder, 'data')
  const jobsDir = join(folder, 'jobs')
  mkdirSync(jobsDir)
  const children = new Set<ChildProcess>()
  // Nothing of the surroundings may choose a runner, a queue or a database.
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(TORIL_|REDIS_|DATABASE_URL|FORCE_COLOR)/.test(name)),
  )
  const atExit = () => children.forEach((child) => child.kill('SIGKILL'))
  process.once('exit', atExit)

  function start(args: string[], env: Record<string, string> = {}, input?: string): Started {
    const child = spawn(process.execPath, [join(project, 'electron', 'headless', 'cli.ts'), ...args], {
      cwd: folder,
      env: { ...clean, NO_COLOR: '1', TORIL_DATA_DIR: dataDir, TORIL_PORT: '0', TORIL_JOBS_DIR: jobsDir, ...env },
    })
    children.add(child)
    const output = { stdout: '', stderr: '' }
    const watchers = new Set<() => void>()
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk: Buffer) => {
        output[name] += chunk.toString()
        for (const watcher of watchers) watcher()
      })
    }
    child.stdin.end(input ?? '')
    const finished = new Promise<Finished>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        children.delete(child)
        resolve({ code, ...output })
      })
    })
    return {
      child,
      finished,
      printed: (pattern) =>
        new Promise((resolve, reject) => {
          const look = () => {
            const match = pattern.exec(output.stdout + output.stderr)
            if (match === null) return
            watchers.delete(look)
            resolve(match)
          }
          watchers.add(look)
          look()
          void finished.then(({ code }) => reject(new Error(`Ended with ${code}: ${output.stdout}${output.stderr}`)))
        }),
    }
  }

  return {
    folder,
    dataDir,
    start,
    run: (args: string[], env?: Record<string, string>, input?: string) => start(args, env, input).finished,
    /** Runs with `--json` and answers what it printed. */
    async json(...args: string[]): Promise<Record<string, unknown>> {
      const { code, stdout, stderr } = await start([...args, '--json']).finished
      if (stdout === '') throw new Error(`toril ${args.join(' ')} ended with ${code}: ${stderr}`)
      return JSON.parse(stdout) as Record<string, unknown>
    },
    addJobType: (name: string, text: string) => writeFileSync(join(jobsDir, `${name}.job.mjs`), text),
    async close() {
      process.removeListener('exit', atExit)
      await Promise.all(
        [...children].map((child) => {
          const ended = new Promise((resolve) => child.once('close', resolve))
          child.kill('SIGKILL')
          return ended
        }),
      )
      await endDatabase(dataDir)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Cli = Awaited<ReturnType<typeof createCli>>
