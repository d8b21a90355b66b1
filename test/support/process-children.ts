import { readdir, readFile } from 'node:fs/promises'
import { untilTrue } from './until-true.ts'

/** Processes below `pid`, those of its children included; found on Linux only. */
export async function descendantsOf(pid: number): Promise<number[]> {
  if (process.platform !== 'linux') return []
  const children = new Map<number, number[]>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    // proc_pid_stat(5): state and parent follow the name, which is in parentheses and may contain spaces.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state !== 'Z') children.set(Number(parent), [...(children.get(Number(parent)) ?? []), Number(name)])
  }
  const below = (parent: number): number[] => (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}

/** Ends the processes below `pid`, and waits until they have ended. */
export async function endDescendantsOf(pid: number): Promise<void> {
  const found = await descendantsOf(pid)
  for (const each of found) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
  await untilTrue(`the processes below ${pid} to end`, async () => {
    const left = await descendantsOf(pid)
    return !left.some((each) => found.includes(each))
  })
}
