import { TorilError } from '../contract/errors.ts'
import { exitCodes } from './exit-codes.ts'
import { runServe, type Served } from './run-serve.ts'

export interface ServeFlags {
  host?: string
  port?: number
  json?: boolean
}

/** `toril serve`: runs until it is told to stop. Answers the exit code. */
export async function serveCommand(flags: ServeFlags): Promise<number> {
  let served: Served
  const stopped = nextSignal()
  try {
    served = await runServe(process.env, {
      ...(flags.host === undefined ? {} : { host: flags.host }),
      ...(flags.port === undefined ? {} : { port: flags.port }),
    })
  } catch (error) {
    stopped.forget()
    if (!(error instanceof TorilError)) throw error
    process.stderr.write(`${error.message}\n`)
    return exitCodes.usage
  }
  const { url, panelUrl, dataDir } = served
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ url, panelUrl, dataDir, pid: process.pid })}\n`)
  else process.stdout.write(`Toril is ready. Open ${panelUrl}\n`)
  await stopped.signal
  process.stderr.write('Stopping. Running jobs get their grace time. Press Ctrl-C again to stop at once.\n')
  await served.stop()
  return exitCodes.ok
}

/** The first signal stops in order; a second one ends the process as if nothing listened. */
function nextSignal(): { signal: Promise<void>; forget(): void } {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const { promise, resolve } = Promise.withResolvers<void>()
  const onFirst = () => {
    forget()
    resolve()
  }
  function forget() {
    for (const name of names) process.off(name, onFirst)
  }
  for (const name of names) process.on(name, onFirst)
  return { signal: promise, forget }
}
