import * as z from 'zod'
import type { CpuProfile, ProfileNode } from '../../contract/profile.ts'
import type { SourcePositions } from './source-positions.ts'

/** What V8 gives: a thread's profile has numbers for script ids, and leaves out what is empty. */
const rawProfileSchema = z.object({
  nodes: z.array(
    z.object({
      id: z.int(),
      callFrame: z.object({
        functionName: z.string(),
        scriptId: z.union([z.string(), z.number()]).transform(String),
        url: z.string(),
        lineNumber: z.int(),
        columnNumber: z.int(),
      }),
      hitCount: z.int().min(0).default(0),
      children: z.array(z.int()).optional(),
      positionTicks: z.array(z.object({ line: z.int(), ticks: z.int() })).optional(),
    }),
  ),
  startTime: z.number(),
  endTime: z.number(),
  samples: z.array(z.int()).default([]),
  timeDeltas: z.array(z.int()).default([]),
})
type RawNode = z.infer<typeof rawProfileSchema>['nodes'][number]

export type MappedProfile = Omit<CpuProfile, '$toril'> & Pick<CpuProfile['$toril'], 'jobFiles'>

function mappedTicks(
  { callFrame: { url }, positionTicks = [] }: RawNode,
  positions: SourcePositions,
): NonNullable<ProfileNode['positionTicks']> {
  const byLine = new Map<number, number>()
  for (const { line, ticks } of positionTicks) {
    const source = positions.line(url, line - 1) + 1
    byLine.set(source, (byLine.get(source) ?? 0) + ticks)
  }
  return Array.from(byLine, ([line, ticks]) => ({ line, ticks }))
}

function mappedNode(node: RawNode, positions: SourcePositions): ProfileNode {
  const { callFrame, children, id, hitCount } = node
  // The code at the top of a module has no place of its own: it begins where its file does.
  const line = Math.max(0, callFrame.lineNumber)
  const column = Math.max(0, callFrame.columnNumber)
  const isCode = callFrame.url !== ''
  const place = isCode ? positions.at({ url: callFrame.url, line, column }) : undefined
  const positionTicks = mappedTicks(node, positions)
  return {
    id,
    hitCount,
    callFrame: {
      ...callFrame,
      ...(place === undefined ? {} : { url: place.url, lineNumber: place.line, columnNumber: place.column }),
    },
    ...(children === undefined ? {} : { children }),
    ...(positionTicks.length === 0 ? {} : { positionTicks }),
  }
}

/** A profile of V8 with every node at its place in the source. Rejects when it is none. */
export async function mapProfile(raw: unknown, positions: SourcePositions): Promise<MappedProfile> {
  const profile = rawProfileSchema.parse(raw)
  await positions.load(profile.nodes.map(({ callFrame }) => callFrame.url))
  const jobFiles = new Set<string>()
  const nodes = profile.nodes.map((node) => {
    const mapped = mappedNode(node, positions)
    const { url } = mapped.callFrame
    if (positions.origin(node.callFrame.url, url) === 'job') jobFiles.add(url)
    return mapped
  })
  return { ...profile, nodes, jobFiles: [...jobFiles] }
}
