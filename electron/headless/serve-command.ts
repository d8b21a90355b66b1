import { TorilError } from '../contract/errors.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { runServe, type Served } from './run-serve.ts'

export interface ServeFlags {
  host?: string
  port?: number
  json?: boolean
}

/** `toril serve`: runs until it is told to stop. Answers the exit code. */
export async function serveCommand(flags: ServeFlags): Promise<number> {
  let served: Served
  const signals = listenToSignals()
  try {
    served = await runServe(process.env, {
      ...(flags.host === undefined ? {} : { host: flags.host }),
      ...(flags.port === undefined ? {} : { port: flags.port }),
    })
  } catch (error) {
    signals.forget()
    if (!(error instanceof TorilError)) throw error
    process.stderr.write(`${error.message}\n`)
    return exitCodeOf(error.code)
  }
  const { url, panelUrl, dataDir, notices } = served
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ url, panelUrl, dataDir, pid: process.pid })}\n`)
  else process.stdout.write(`Toril is ready. Open ${panelUrl}\n`)
  // Beside the panel and `toril status`, which a server may go without for long.
  for (const notice of notices) process.stderr.write(`${notice}\n`)
  await signals.next()
  process.stderr.write('Stopping. Running jobs get their grace time. Press Ctrl-C again to stop at once.\n')
  return stopServed(served, signals)
}

/** Stops in order, or at once with a second signal: then too nothing that Toril started is left behind. */
async function stopServed(served: Pick<Served, 'stop'>, signals: Signals): Promise<number> {
  let hurried = false
  const hurry = signals.next().then(async () => {
    // A third signal ends the process as if nothing listened.
    signals.forget()
    hurried = true
    process.stderr.write('Stopping at once. Jobs that still ran wait for the next runner.\n')
    await served.stop(0)
  })
  await Promise.race([served.stop(), hurry])
  signals.forget()
  return hurried ? exitCodes.interrupted : exitCodes.ok
}

interface Signals {
  /** The next one that was not asked for yet, also one that has come already. */
  next(): Promise<void>
  forget(): void
}

function listenToSignals(): Signals {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let come = 0
  const waiting: (() => void)[] = []
  const onSignal = (): void => {
    const next = waiting.shift()
    if (next === undefined) come += 1
    else next()
  }
  for (const name of names) process.on(name, onSignal)
  return {
    next: () =>
      new Promise((resolve) => {
        if (come === 0) return void waiting.push(resolve)
        come -= 1
        resolve()
      }),
    forget() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}
