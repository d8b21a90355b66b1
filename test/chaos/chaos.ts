import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { holdBout, type Bout, type BoutPlan } from './bout.ts'
import type { QueueServer } from './place.ts'
import { faultsOf, summary } from './summary.ts'

const names: Record<QueueServer, string> = { redis: 'Redis', postgres: 'embedded PostgreSQL' }
const usage = `Usage: npm run test:chaos -- [--seed <n>] [--minutes <n>] [--server redis | postgres] [--jobs <n>]
       [--runners <n>] [--no-aof] [--verbose]
  --seed      repeats the kills and jobs of an earlier run
  --minutes   how long each server is under fire; a quarter of a minute unless given
  --jobs      jobs to be acknowledged on each server; 20 a second unless given
  --runners   so many on one queue and one history; one unless given
  --no-aof    a Redis that forgets all when it is killed: the run must end with exit code 1`

function refuse(message: string): never {
  console.error(`${message}\n${usage}`)
  process.exit(2)
}

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text)
  return Number.isFinite(value) && value > 0 ? value : refuse(`--${name} must be a number above 0, not "${text}".`)
}

function options() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string' },
        minutes: { type: 'string' },
        jobs: { type: 'string' },
        server: { type: 'string' },
        runners: { type: 'string' },
        'no-aof': { type: 'boolean', default: false },
        verbose: { type: 'boolean', default: false },
        report: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

async function main(): Promise<number> {
  const flags = options()
  if (flags.help) {
    console.log(usage)
    return 0
  }
  const { server } = flags
  if (server !== undefined && server !== 'redis' && server !== 'postgres') refuse(`There is no server "${server}".`)
  const servers: QueueServer[] = server === undefined ? ['redis', 'postgres'] : [server]
  const seed = Math.floor(numberOf('seed', flags.seed, randomInt(1, 2 ** 31)))
  const durationMs = numberOf('minutes', flags.minutes, 0.25) * 60_000
  const jobs = Math.ceil(numberOf('jobs', flags.jobs, (durationMs / 1000) * 20))
  const runners = Math.floor(numberOf('runners', flags.runners, 1))
  console.log(`Seed ${seed}; --seed ${seed} repeats it.`)

  const bouts: Bout[] = []
  for (const each of servers) {
    const plan: BoutPlan = {
      ...{ server: each, seed, jobs, durationMs, durable: !flags['no-aof'], runners },
      ...(flags.verbose ? { onNote: (line: string) => console.log(line) } : {}),
    }
    const bout = await holdBout(plan)
    bouts.push(bout)
    console.log(summary(names[each], bout))
    const faults = faultsOf(bout)
    if (!flags.verbose && faults.length > 0) console.log(bout.storm.log.join('\n'))
    if (faults.length > 0) console.log(`${bout.evidence}\n\n${faults.join('\n')}`)
  }
  if (flags.report !== undefined) {
    const cases = bouts.map((bout) => ({ name: names[bout.plan.server], faults: faultsOf(bout) }))
    writeFileSync(flags.report, JSON.stringify({ seed, cases }))
  }
  return bouts.some((bout) => faultsOf(bout).length > 0) ? 1 : 0
}

// What was started is ended on the way out, also when this is told to stop.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
process.exitCode = await main()
