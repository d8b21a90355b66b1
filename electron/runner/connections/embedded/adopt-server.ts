import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Binaries } from './binaries.ts'
import { isServerOf, postmasterPath, readPostmasterFile } from './postmaster-file.ts'
import { stopServer, watchProcess, type ServerProcess } from './server-process.ts'

/** A server that is recovering after a crash may take its time before it answers. */
const readyWithinMs = 60_000

/**
 * A Toril that was killed leaves its server running: this takes it over when it answers, and ends it
 * when it does not. A `postmaster.pid` whose process is dead, a zombie or another program is removed,
 * because PostgreSQL would refuse to start beside it.
 */
export async function adoptServer(
  data: string,
  binaries: Binaries,
  answers: () => Promise<boolean>,
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
    if (file.ready && (await answers())) return server
    if (file.ready || Date.now() > deadline) {
      await stopServer(server, binaries, data)
      return undefined
    }
    await delay(50)
  }
}
