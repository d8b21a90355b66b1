import type { CpuProfile, ProfileNode } from './profile.ts'

/** A function called from one place, with all its calls from there taken together. Times in µs. */
export interface CallNode {
  /** Told apart from all others of the tree. */
  id: string
  /** `(anonymous)` where it has no name; `(idle)`, `(garbage collector)` and `(program)` as V8 has them. */
  name: string
  /** As in the profile: `file://…`, `node:…`, or empty. */
  url: string
  /** From 1; 0 where there is none. */
  line: number
  /** In its own code. */
  selfUs: number
  /** With everything it called. */
  totalUs: number
  /** Longest first. */
  children: CallNode[]
}

/** All calls of one function. */
export interface HotFunction extends Pick<CallNode, 'name' | 'url' | 'line'> {
  selfUs: number
  /** A function that calls itself is counted once. */
  totalUs: number
}

/** A sample stands for the time until the next one, as Chrome's DevTools count it. */
function selfTimes({ samples, timeDeltas, startTime, endTime }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>()
  let at = startTime
  for (const [index, node] of samples.entries()) {
    at += timeDeltas[index] ?? 0
    const until = index === samples.length - 1 ? Math.max(0, endTime - at) : Math.max(0, timeDeltas[index + 1] ?? 0)
    times.set(node, (times.get(node) ?? 0) + until)
  }
  return times
}

function sameFunction(a: CallNode, { callFrame }: ProfileNode): boolean {
  return a.url === callFrame.url && a.line === callFrame.lineNumber + 1 && a.name === nameOf(callFrame.functionName)
}

const nameOf = (name: string): string => (name === '' ? '(anonymous)' : name)

/** The profile as one tree of calls, from `(root)` down. V8 splits a function by how it was compiled; this does not. */
export function callTree(profile: CpuProfile): CallNode {
  const times = selfTimes(profile)
  const byId = new Map(profile.nodes.map((node) => [node.id, node]))
  const root: CallNode = { id: '0', name: '(root)', url: '', line: 0, selfUs: 0, totalUs: 0, children: [] }
  const visit = (node: ProfileNode, into: CallNode): void => {
    into.selfUs += times.get(node.id) ?? 0
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child === undefined) continue
      let found = into.children.find((known) => sameFunction(known, child))
      if (found === undefined) {
        const { functionName, url, lineNumber } = child.callFrame
        const name = nameOf(functionName)
        found = {
          id: `${into.id}.${into.children.length}`,
          name,
          url,
          line: lineNumber + 1,
          selfUs: 0,
          totalUs: 0,
          children: [],
        }
        into.children.push(found)
      }
      visit(child, found)
    }
  }
  const first = profile.nodes[0]
  if (first !== undefined) visit(first, root)
  addUp(root)
  return root
}

function addUp(node: CallNode): void {
  node.totalUs = node.selfUs
  for (const child of node.children) {
    addUp(child)
    node.totalUs += child.totalUs
  }
  node.children.sort((a, b) => b.totalUs - a.totalUs)
}

/** The functions by their own time, longest first. */
export function hottest(root: CallNode): HotFunction[] {
  const all = new Map<string, HotFunction>()
  const visit = (node: CallNode, above: ReadonlySet<string>): void => {
    const key = `${node.name}\n${node.url}\n${node.line}`
    const { name, url, line } = node
    const known = all.get(key) ?? { name, url, line, selfUs: 0, totalUs: 0 }
    known.selfUs += node.selfUs
    if (!above.has(key)) known.totalUs += node.totalUs
    all.set(key, known)
    const below = new Set(above).add(key)
    for (const child of node.children) visit(child, below)
  }
  for (const child of root.children) visit(child, new Set())
  return [...all.values()].toSorted((a, b) => b.selfUs - a.selfUs || b.totalUs - a.totalUs)
}
