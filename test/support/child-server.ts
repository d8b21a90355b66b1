import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'

/** A server program run by a test. */
export interface ChildServer {
  readonly pid: number
  /** The last of what it has said. */
  said(): string
  /** Rejects once it has ended by itself. */
  readonly failed: Promise<never>
  /** Ends it with the signal, SIGKILL unless given, and waits until it has ended. */
  end(signal?: NodeJS.Signals): Promise<void>
}

const longestSaid = 8_000

/** Starts a program that stays in the foreground; it never outlives the test process. */
export function startChildServer(file: string, args: string[], options: SpawnOptions = {}): ChildServer {
  const child: ChildProcess = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-longestSaid)))
  }
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${String(code ?? signal)}`))
  })
  const failed = ended.then((how) => {
    throw new Error(`${file}: ${how}. ${said}`)
  })
  // Whoever waits for it hears it.
  failed.catch(() => undefined)
  const atExit = (): void => void child.kill('SIGKILL')
  process.once('exit', atExit)
  return {
    pid: child.pid ?? 0,
    said: () => said,
    failed,
    async end(signal = 'SIGKILL') {
      process.removeListener('exit', atExit)
      child.kill(signal)
      await ended
    },
  }
}
