import type { StackFrame } from '../../contract/profile.ts'
import { fileURLToPath } from 'node:url'
import type { AttemptStack } from '../executors/executor.ts'
import type { Pause, PausedFrame } from './pause-thread.ts'
import type { SourcePositions } from './source-positions.ts'

const shownFrames = 200

function fileOf(url: string): string | undefined {
  if (url === '') return undefined
  return url.startsWith('file:') ? fileURLToPath(url) : url
}

function frameOf({ functionName, url, line, column }: PausedFrame, positions: SourcePositions): StackFrame {
  const place = positions.at({ url, line, column })
  const origin = positions.origin(url, place.url)
  const file = fileOf(place.url)
  const text = origin === 'job' ? positions.text(url, place) : undefined
  return {
    name: functionName,
    origin,
    ...(file === undefined ? {} : { file }),
    line: place.line + 1,
    column: place.column + 1,
    ...(text === undefined ? {} : { text }),
  }
}

const waiting: AttemptStack = {
  state: 'waiting',
  message: 'No code of the job ran at that moment. It waits for a timer, a promise or I/O.',
  frames: [],
}

/** What a pause tells of the job: its stack in the source, or why there is none. */
export async function readStack(
  pause: Exclude<Pause, { kind: 'gone' }>,
  positions: SourcePositions,
): Promise<AttemptStack> {
  if (pause.kind === 'idle') return waiting
  if (pause.kind === 'silent') {
    const message =
      'The thread did not answer. It is inside one call into the system, such as a synchronous read or execSync.'
    return { state: 'unreachable', message, frames: [] }
  }
  await positions.load(pause.frames.map(({ url }) => url))
  const frames = pause.frames.slice(0, shownFrames).map((frame) => frameOf(frame, positions))
  // Of Toril alone: a message was being read while the job waited.
  if (!frames.some(({ origin }) => origin === 'job' || origin === 'package')) return waiting
  const place = frames.find(({ origin }) => origin === 'job') ?? frames[0]
  const name = place?.name === '' ? 'a function without a name' : (place?.name ?? '')
  const where = place?.file?.split(/[\\/]/).at(-1) ?? 'code without a file'
  return { state: 'running', message: `It was in ${name}, ${where}:${place?.line ?? 1}.`, frames }
}
