import { Session } from 'node:inspector/promises'
import type { AttemptProfile } from '../executors/executor.ts'
import { locateRoot } from '../entries.ts'
import { mapProfile } from './map-profile.ts'
import { recordUntil } from './record-until.ts'
import { SourcePositions } from './source-positions.ts'

/** The CPU profile of the runner's own thread: a job that runs inline cannot be told from the rest of it. */
export async function profileProcess(
  durationMs: number,
  stop: AbortSignal,
  jobEnded: Promise<unknown>,
): Promise<AttemptProfile> {
  const session = new Session()
  session.connect()
  try {
    await session.post('Profiler.enable')
    await session.post('Profiler.start')
    const ended = await recordUntil({ durationMs, stop, jobEnded })
    const { profile } = await session.post('Profiler.stop')
    const positions = new SourcePositions(locateRoot())
    return { ...(await mapProfile(profile, positions)), ended, scope: 'process' }
  } finally {
    session.disconnect()
  }
}
