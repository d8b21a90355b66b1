import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { cancel } from './cancel.ts'
import { costs } from './costs.ts'
import { otherWork } from './cpu.ts'
import { handOver } from './hand-over.ts'
import { historySearch } from './history-search.ts'
import { latency } from './latency.ts'
import { loopDelay } from './loop-delay.ts'
import type { BenchRun, Measure } from './measure.ts'
import { memory } from './memory.ts'
import { asText, markdownStyle, plainStyle, type Report } from './report.ts'
import { resize } from './resize.ts'
import { starts } from './starts.ts'
import { throughput } from './throughput.ts'

const measures: Measure[] = [
  throughput,
  latency,
  costs,
  cancel,
  resize,
  handOver,
  loopDelay,
  memory,
  historySearch,
  starts,
]
const names = measures.map(({ name }) => name).join(', ')
const usage = `Usage: npm run bench -- [--only <name>]… [--rounds 5] [--jobs 12000] [--history 100000] [--quick] [--json | --markdown]
Measures: ${names}`

const lookMs = 500

function refuse(message: string): never {
  console.error(`${message}\n${usage}`)
  process.exit(2)
}

function positive(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  return refuse(`--${name} must be a whole number above 0, not "${text}".`)
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true, default: [] },
        rounds: { type: 'string' },
        jobs: { type: 'string' },
        history: { type: 'string' },
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function chosen(only: readonly string[]): Measure[] {
  const wanted = only.flatMap((text) => text.split(','))
  const unknown = wanted.find((name) => !measures.some((measure) => measure.name === name))
  if (unknown !== undefined) refuse(`There is no measure "${unknown}".`)
  return wanted.length === 0 ? measures : measures.filter(({ name }) => wanted.includes(name))
}

async function measureAll(wanted: readonly Measure[], bench: BenchRun): Promise<Report> {
  const { rounds, jobs, quick } = bench
  const report: Report = {
    node: process.versions.node,
    cores: availableParallelism(),
    rounds,
    jobs,
    quick,
    otherWork: [],
    sections: [],
  }
  for (const measure of wanted) {
    report.otherWork.push(await otherWork(lookMs))
    bench.say(`── ${measure.name} ──`)
    report.sections.push(...(await measure.run(bench)))
  }
  return report
}

const { only, rounds, jobs, history, quick, json, markdown, help } = options()
if (help) {
  console.log(usage)
  process.exit(0)
}
const stop = new AbortController()
const bench: BenchRun = {
  rounds: positive('rounds', rounds ?? (quick ? '1' : '5')),
  jobs: positive('jobs', jobs ?? (quick ? '200' : '12000')),
  history: positive('history', history ?? (quick ? '2000' : '100000')),
  quick,
  signal: stop.signal,
  // On stderr: stdout holds the result alone.
  say: (line) => console.error(line),
}
const wanted = chosen(only)
// Servers and folders go before the process does.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort())
try {
  const report = await measureAll(wanted, bench)
  console.log(json ? JSON.stringify(report) : asText(report, markdown ? markdownStyle : plainStyle))
} catch (error) {
  if (!stop.signal.aborted) throw error
  console.error('Stopped.')
  process.exitCode = 130
}
