import { writeFile } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { callTree, hottest } from '../../contract/call-tree.ts'
import { profileFileName, type CpuProfile, type StackSample } from '../../contract/profile.ts'
import type { TorilClient } from '../client/create-client.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import { count, duration, oneLine } from '../output/format.ts'
import { note, print, printJson } from '../output/print.ts'
import { shownPath } from '../output/shown-path.ts'
import { styled } from '../output/style.ts'
import { table } from '../output/table.ts'
import { openClient, withJson, type JsonFlag } from './shared-options.ts'

export function addStack(program: Command): void {
  withJson(program.command('stack'))
    .summary('where the code of a running job is')
    .description('Samples the stack of a running job, also of one that spins without ever yielding.')
    .argument('<id>')
    .action(async (id: string, { json }: JsonFlag) => {
      const sample = await openClient().jobs.stack({ id })
      if (json === true) printJson(sample)
      else printStack(sample)
    })
}

/** A file of a frame; Node's own have names that are no paths. */
function shownFile(file: string | undefined): string {
  if (file === undefined) return ''
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  return isAbsolute(path) ? shownPath(path) : path
}

function printStack({ job, message, frames }: StackSample): void {
  print(
    `Job ${job.id} ${job.type}, attempt ${job.attempt}${job.thread === undefined ? '' : ` on ${job.thread}`}. ${message}`,
  )
  for (const { name, file, line, column, origin, text } of frames) {
    const where = `${name === '' ? '(anonymous)' : name}  ${shownFile(file)}:${line}:${column}`
    print(origin === 'job' ? `  ${where}` : styled('gray', `  ${where}`))
    if (text !== undefined) print(styled('cyan', `      ${oneLine(text, 120)}`))
  }
}

interface ProfileFlags extends JsonFlag {
  seconds: number
  out?: string
}

function secondsOf(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0.01 && value <= 60) return value
  throw new CliError(exitCodes.usage, '--seconds must be a number from 0.01 to 60.')
}

export function addProfile(program: Command): void {
  withJson(program.command('profile'))
    .summary('record a CPU profile of a running job')
    .description(
      'Records what a running job spends its time on and writes a .cpuprofile, which opens in Chrome DevTools and in ' +
        'VS Code. Ctrl-C ends the recording early and keeps what there is; so does the end of the attempt.',
    )
    .argument('<id>')
    .option('-s, --seconds <count>', 'how long, at most 60', secondsOf, 5)
    .option('-o, --out <file>', 'where to write it; named after the job unless given, - for standard output')
    .action(async (id: string, { json, seconds, out }: ProfileFlags) => {
      const profile = await record(openClient(), id, seconds)
      if (out === '-') return void process.stdout.write(`${JSON.stringify(profile)}\n`)
      const file = out ?? profileFileName(profile.$toril.job)
      await write(file, profile)
      if (json === true) printJson({ file, ...profile.$toril })
      else printProfile(file, profile)
    })
}

/** Ctrl-C asks for what there is so far; a second one ends the command, as usual. */
async function record(client: TorilClient, id: string, seconds: number): Promise<CpuProfile> {
  let over = false
  const end = async (): Promise<void> => {
    // It may not have begun yet: asked again until it has ended one way or the other.
    while (!over && (await isRefused(client.jobs.endProfile({ id })))) await setTimeout(100)
  }
  const onInterrupt = (): void => void end()
  process.once('SIGINT', onInterrupt)
  note(`Recording for ${duration(seconds * 1000)}. Ctrl-C ends it early.`)
  try {
    return await client.jobs.profile({ id, durationMs: Math.round(seconds * 1000) })
  } finally {
    over = true
    process.off('SIGINT', onInterrupt)
  }
}

function isRefused(call: Promise<unknown>): Promise<boolean> {
  return call.then(
    () => false,
    () => true,
  )
}

async function write(file: string, profile: CpuProfile): Promise<void> {
  try {
    await writeFile(file, JSON.stringify(profile))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw new CliError(exitCodes.usage, `${file} cannot be written (${code}). Name another file with --out.`, { cause })
  }
}

const why = { time: '', stopped: ', ended early', 'job-ended': ', until the attempt ended' }

function printProfile(file: string, profile: CpuProfile): void {
  const { durationMs, ended, scope } = profile.$toril
  const whole = scope === 'process' ? ' It shows the whole runner, because the job runs inline.' : ''
  print(`${file}: ${duration(durationMs)}, ${count(profile.samples.length)} samples${why[ended]}.${whole}`)
  const tree = callTree(profile)
  const share = (us: number): string => `${((us / Math.max(1, tree.totalUs)) * 100).toFixed(1)} %`
  const rows = hottest(tree)
    .filter(({ selfUs }) => selfUs > 0)
    .slice(0, 10)
    .map(({ name, url, line, selfUs, totalUs }) => [
      share(selfUs),
      share(totalUs),
      name,
      url === '' ? '' : `${shownFile(url)}:${line}`,
    ])
  const columns = [
    { title: 'SELF', align: 'right' },
    { title: 'TOTAL', align: 'right' },
    { title: 'FUNCTION' },
    { title: 'WHERE' },
  ] as const
  print(`\n${table(columns, rows)}`)
}
