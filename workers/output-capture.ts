import { format } from 'node:util'
import type { LogLevel } from '../electron/contract/job.ts'

type Written = (error?: Error | null) => void
type Sink = (text: string, level: LogLevel) => void

const consoleLevels = { debug: 'debug', log: 'info', info: 'info', warn: 'warn', error: 'error' } as const

function asText(chunk: unknown, encoding: unknown): string {
  if (typeof chunk === 'string') return chunk
  return chunk instanceof Uint8Array
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString(
        typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8',
      )
    : String(chunk)
}

/** Answers a function that takes it back, unless somebody has put yet another function on top. */
function captureStream(stream: NodeJS.WriteStream, level: LogLevel, sinkNow: () => Sink | undefined): () => void {
  const original = stream.write
  const write = original.bind(stream)
  const captured = (chunk: unknown, encoding?: unknown, callback?: unknown): boolean => {
    const sink = sinkNow()
    const given = typeof encoding === 'function' ? encoding : callback
    const done = typeof given === 'function' ? (given as Written) : undefined
    if (sink === undefined) return write(asText(chunk, encoding), done)
    // One write is taken as whole lines: a line written in pieces becomes several, but none waits for an end.
    for (const line of asText(chunk, encoding).replace(/\n$/, '').split('\n')) sink(line, level)
    if (done !== undefined) queueMicrotask(done)
    return true
  }
  stream.write = captured as typeof stream.write
  return () => {
    if (stream.write === captured) stream.write = original
  }
}

/**
 * Sends what a job writes to the console, stdout or stderr to its own log. `sinkNow` answers the
 * log of the job that is writing, or undefined to leave the output where it went before. Answers a function
 * that ends it.
 */
export function captureOutput(sinkNow: () => Sink | undefined): () => void {
  const restores = (Object.entries(consoleLevels) as [keyof typeof consoleLevels, LogLevel][]).map(
    ([method, level]) => {
      const original = console[method]
      const captured = (...values: unknown[]): void => {
        const sink = sinkNow()
        if (sink === undefined) original.apply(console, values)
        else sink(format(...values), level)
      }
      console[method] = captured
      return () => {
        if (console[method] === captured) console[method] = original
      }
    },
  )
  restores.push(captureStream(process.stdout, 'info', sinkNow), captureStream(process.stderr, 'warn', sinkNow))
  return () => {
    for (const restore of restores) restore()
  }
}
