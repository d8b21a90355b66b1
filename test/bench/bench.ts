import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { concurrency, threads } from './contender.ts'
import { aims, asText, median, summarize, type Report } from './report.ts'
import { timeStarts, type Start, type Starts } from './starts.ts'
import { measureThroughput } from './throughput.ts'

const usage = 'Usage: npm run bench -- [--jobs 12000] [--rounds 3] [--json]'

function positive(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  console.error(`--${name} must be a whole number above 0, not "${text}".\n${usage}`)
  process.exit(2)
}

function options(): { jobs: number; rounds: number; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        jobs: { type: 'string', default: '12000' },
        rounds: { type: 'string', default: '3' },
        json: { type: 'boolean', default: false },
      },
    })
    return { jobs: positive('jobs', values.jobs), rounds: positive('rounds', values.rounds), json: values.json }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
    process.exit(2)
  }
}

function medianStart(starts: readonly Start[]): Start {
  return {
    readyMs: Math.round(median(starts.map((start) => start.readyMs))),
    firstJobMs: Math.round(median(starts.map((start) => start.firstJobMs))),
  }
}

async function measure(jobs: number, rounds: number, signal: AbortSignal): Promise<Report> {
  // On stderr: stdout holds the result alone.
  const onRound = (line: string): void => console.error(line)
  const throughput = await measureThroughput({ jobs, rounds, signal, onRound })
  const starts: Starts[] = []
  for (let round = 0; round < rounds; round++) {
    const found = await timeStarts(signal)
    starts.push(found)
    onRound(
      `start ${round + 1} of ${rounds}: cold ${Math.round(found.cold.readyMs)} ms, warm ${Math.round(found.warm.readyMs)} ms`,
    )
  }
  return {
    jobs,
    rounds,
    concurrency,
    threads,
    node: process.versions.node,
    cores: availableParallelism(),
    ...summarize(throughput),
    startMs: {
      cold: medianStart(starts.map(({ cold }) => cold)),
      warm: medianStart(starts.map(({ warm }) => warm)),
    },
    aims,
  }
}

const { jobs, rounds, json } = options()
const stop = new AbortController()
// Servers and folders go before the process does.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
try {
  const report = await measure(jobs, rounds, stop.signal)
  console.log(json ? JSON.stringify(report) : asText(report))
} catch (error) {
  if (!stop.signal.aborted) throw error
  console.error('Stopped.')
  process.exitCode = 130
}
