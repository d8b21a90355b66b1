import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import type { Answer } from './control-connection.ts'
import { isServerOf, postmasterPath, readPostmasterFile } from './postmaster-file.ts'
import { sickStopMs, stopServer, watchProcess, type ServerProcess } from './server-process.ts'

/** A server that is recovering after a crash may take its time before it answers. */
const readyWithinMs = 60_000

/**
 * A Toril that was killed leaves its server running: this takes it over when it answers, and ends it
 * when it does not. One that recovers is waited for: to end it then would take far longer than it needs. A `postmaster.pid` whose process is dead, a zombie or another program is removed,
 * because PostgreSQL would refuse to start beside it.
 */
export async function adoptServer(
  data: string,
  binaries: Binaries,
  answer: () => Promise<Answer>,
  signal?: AbortSignal,
): Promise<ServerProcess | undefined> {
  const deadline = Date.now() + readyWithinMs
  for (;;) {
    const file = await readPostmasterFile(data)
    if (file === undefined) return undefined
    if (!(await isServerOf(file.pid, data))) {
      await rm(postmasterPath(data), { force: true })
      return undefined
    }
    const server = { pid: file.pid, exited: watchProcess(file.pid) }
    const answered = file.ready ? await answer() : 'not yet'
    if (answered === 'yes') return server
    if (answered === 'no' || Date.now() > deadline) {
      await stopServer(server, binaries, data, sickStopMs)
      return undefined
    }
    await delay(50, undefined, signal === undefined ? {} : { signal })
  }
}
