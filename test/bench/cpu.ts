import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'

/** CPU time by process, ms; undefined where it cannot be had (other than Linux) or the server has no part. */
export interface CpuTimes {
  /** The main thread of the bench: BullMQ, the runner, the producer. */
  main: number
  /** Everything else in the bench's process: worker threads, and V8's and libuv's own. */
  threads: number
  redis: number | undefined
  postgres: number | undefined
}

export interface ServerPids {
  redis?: number
  /** Of the server itself; the processes of its connections are found. */
  postgres: number
}

/** USER_HZ, which is 100 on every Linux that Node runs on. */
const tickMs = 10

interface ProcessTimes {
  parent: number
  ownMs: number
  /** Of its children that have ended. */
  childrenMs: number
}

/** proc_pid_stat(5); the name in parentheses may contain spaces. */
function readProcess(pid: number): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const ticks = (first: number): number => (Number(fields[first]) + Number(fields[first + 1])) * tickMs
    return { parent: Number(fields[1]), ownMs: ticks(11), childrenMs: ticks(13) }
  } catch {
    return undefined
  }
}

function familyMs(pid: number): number | undefined {
  const head = readProcess(pid)
  if (head === undefined) return undefined
  const children = readdirSync('/proc')
    .map((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : undefined))
    .filter((each) => each?.parent === pid)
  return children.reduce((sum, child) => sum + (child?.ownMs ?? 0), head.ownMs + head.childrenMs)
}

const toMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000

/** Starts a measurement; what it returns answers what was used since. */
export function meterCpu(pids: ServerPids): () => CpuTimes {
  const since = (now: number | undefined, before: number | undefined): number | undefined =>
    now === undefined || before === undefined ? undefined : now - before
  const read = () => ({
    process: toMs(process.cpuUsage()),
    main: toMs(process.threadCpuUsage()),
    redis: pids.redis === undefined ? undefined : familyMs(pids.redis),
    postgres: familyMs(pids.postgres),
  })
  const before = read()
  return () => {
    const now = read()
    const main = now.main - before.main
    return {
      main,
      threads: now.process - before.process - main,
      redis: since(now.redis, before.redis),
      postgres: since(now.postgres, before.postgres),
    }
  }
}

function machine(): { busyMs: number; allMs: number } {
  const times = cpus().map(({ times: each }) => each)
  const busyMs = times.reduce((sum, { user, nice, sys, irq }) => sum + user + nice + sys + irq, 0)
  return { busyMs, allMs: times.reduce((sum, { idle }) => sum + idle, busyMs) }
}

/** The share of the machine that other work takes, from 0 to 1; asked while the bench itself does nothing. */
export async function otherWork(lookMs: number): Promise<number> {
  const before = machine()
  await delay(lookMs)
  const now = machine()
  return (now.busyMs - before.busyMs) / Math.max(1, now.allMs - before.allMs)
}
