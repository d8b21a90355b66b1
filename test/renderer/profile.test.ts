import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CallNode } from '../../electron/contract/call-tree.ts'
import type { CpuProfile } from '../../electron/contract/profile.ts'
import { layoutFlame, neighbour, type FlameCell } from '../../renderer/features/inspect/flame-layout.ts'
import { formatShare, functionName, shortFile, shortPlace } from '../../renderer/features/inspect/place-words.ts'
import { describeProfile } from '../../renderer/features/inspect/profile-words.ts'
import { createInspectionsStore, withInspection } from '../../renderer/stores/inspections.ts'
import { formatClock } from '../../renderer/lib/format.ts'

function call(id: string, selfUs: number, children: CallNode[] = []): CallNode {
  const totalUs = children.reduce((sum, child) => sum + child.totalUs, selfUs)
  return { id, name: id, url: 'file:///jobs/index.job.ts', line: 1, selfUs, totalUs, children }
}

/** run (100) calls add (60), which calls tokenise (30), and write (20); beside it is idle time (100). */
const root = call('0', 0, [
  call('run', 20, [call('add', 30, [call('tokenise', 30)]), call('write', 20)]),
  call('idle', 100),
])
const cell = (cells: readonly FlameCell[], id: string): FlameCell | undefined =>
  cells.find(({ node }) => node.id === id)

describe('the flame graph', () => {
  test('draws each call under its caller, as wide as its share of the time', () => {
    const cells = layoutFlame(root, undefined)
    expect(cells.map(({ node, depth, left, width, parent }) => [node.id, depth, left, width, parent])).toEqual([
      ['run', 0, 0, 0.5, undefined],
      ['add', 1, 0, 0.3, 'run'],
      ['tokenise', 2, 0, 0.15, 'add'],
      ['write', 1, 0.3, 0.1, 'run'],
      ['idle', 0, 0.5, 0.5, undefined],
    ])
  })

  test('gives the whole width to the call zoomed into and to its callers, and leaves the others out', () => {
    const cells = layoutFlame(root, 'add')
    expect(cells.map(({ node, left, width }) => [node.id, left, width])).toEqual([
      ['run', 0, 1],
      ['add', 0, 1],
      ['tokenise', 0, 0.5],
    ])
  })

  test('leaves out what is too narrow to see, until it is zoomed into its caller', () => {
    const deep = call('0', 0, [call('run', 1000, [call('rare', 1, [call('once', 1)])]), call('idle', 9000)])
    expect(cell(layoutFlame(deep, undefined), 'rare')).toBeUndefined()
    expect(cell(layoutFlame(deep, 'rare'), 'once')?.width).toBe(0.5)
  })

  test('is empty for a recording without a sample', () => {
    expect(layoutFlame(call('0', 0), undefined)).toEqual([])
    expect(layoutFlame(call('0', 0, [call('run', 0)]), undefined)).toEqual([])
  })

  test('never lets two calls of a row overlap, nor one reach past its caller', () => {
    let next = 0
    const leaf = fc.nat(1000).map((self) => call(`${next++}`, self))
    const caller = (below: fc.Arbitrary<CallNode>): fc.Arbitrary<CallNode> =>
      fc.tuple(fc.nat(1000), fc.array(below, { maxLength: 4 })).map(([self, calls]) => call(`${next++}`, self, calls))
    const tree = caller(caller(caller(leaf)))
    fc.assert(
      fc.property(tree, (generated) => {
        const cells = layoutFlame(generated, undefined)
        for (const { parent, left, width, depth } of cells) {
          const above = parent === undefined ? { left: 0, width: 1 } : cell(cells, parent)
          expect(left).toBeGreaterThanOrEqual((above?.left ?? 1) - 1e-9)
          expect(left + width).toBeLessThanOrEqual((above?.left ?? 0) + (above?.width ?? 0) + 1e-9)
          const after = cells.filter((other) => other.depth === depth && other.left > left)
          for (const other of after) expect(other.left).toBeGreaterThanOrEqual(left + width - 1e-9)
        }
      }),
    )
  })

  test('is walked with the arrow keys: up to the caller, down to the longest call, along the row', () => {
    const cells = layoutFlame(root, undefined)
    const walk = (from: string, key: string): string | undefined => neighbour(cells, from, key)?.node.id
    expect(walk('tokenise', 'ArrowUp')).toBe('add')
    expect(walk('run', 'ArrowUp')).toBeUndefined()
    expect(walk('run', 'ArrowDown')).toBe('add')
    expect(walk('tokenise', 'ArrowDown')).toBeUndefined()
    expect(walk('add', 'ArrowRight')).toBe('write')
    expect(walk('idle', 'ArrowLeft')).toBe('run')
    expect(walk('run', 'ArrowLeft')).toBeUndefined()
    expect(walk('tokenise', 'Home')).toBe('run')
    expect(walk('run', 'x')).toBeUndefined()
  })
})

describe('the words of a profile', () => {
  test('name a place as a person looks for it', () => {
    expect(shortPlace('file:///home/me/jobs/index/tokenise.ts', 3)).toBe('index/tokenise.ts:3')
    expect(shortFile('C:\\jobs\\index\\tokenise.ts')).toBe('index/tokenise.ts')
    expect(shortFile('file:///a/node_modules/@scope/pack/lib/a%20b.js')).toBe('@scope/pack/lib/a b.js')
    expect(shortPlace('node:fs', 12)).toBe('node:fs:12')
    expect(shortPlace('', 0)).toBe('')
    expect(shortPlace(undefined, 1)).toBe('')
  })

  test('take a path as it is where it only looks like an encoded one', () => {
    expect(shortFile('/jobs/50%/off.ts')).toBe('50%/off.ts')
  })

  test('keep tenths of a percent', () => {
    expect(formatShare(1)).toBe('100 %')
    expect(formatShare(0)).toBe('0 %')
    expect(formatShare(0.0413)).toBe('4.1 %')
    expect(formatShare(0.0001)).toBe('< 0.1 %')
  })

  test('have a name for what has none', () => {
    expect(functionName('')).toBe('(anonymous)')
    expect(functionName('run')).toBe('run')
  })

  test('say how long was recorded, where, and why it ended', () => {
    const recordedAt = '2026-11-24T14:03:27.120Z'
    const profile = (more: Partial<CpuProfile['$toril']>): CpuProfile => ({
      nodes: [],
      startTime: 0,
      endTime: 0,
      samples: Array.from({ length: 4310 }, () => 1),
      timeDeltas: [],
      $toril: {
        job: { id: '1', type: 'index', attempt: 1, executor: 'thread', thread: 'T5' },
        recordedAt,
        durationMs: 5000,
        ended: 'time',
        scope: 'thread',
        jobFiles: [],
        ...more,
      },
    })
    const at = formatClock(recordedAt)
    expect(describeProfile(profile({}))).toBe(`5.0 s from ${at}, 4,310 samples on T5.`)
    expect(describeProfile(profile({ ended: 'stopped' }))).toContain(`${at}, ended early, 4,310`)
    expect(describeProfile(profile({ ended: 'job-ended' }))).toContain('until the attempt ended')
    const inline = { id: '1', type: 'index', attempt: 1, executor: 'inline' as const }
    expect(describeProfile(profile({ scope: 'process', job: inline }))).toBe(
      `5.0 s from ${at}, 4,310 samples. It shows the whole runner, because the job runs inline.`,
    )
  })
})

describe('what was looked at', () => {
  const recording = { since: 0, until: 1, ending: false }
  const state = (store = createInspectionsStore().getState()) => store

  test('is kept for the last six jobs, and for those that are being recorded', () => {
    let kept = withInspection(state(), 'recorded', { recording })
    for (let id = 0; id < 9; id++) kept = withInspection(kept, `${id}`, { sampling: true })
    expect([...kept.jobs.keys()]).toEqual(['recorded', '4', '5', '6', '7', '8'])
  })

  test('loses a part that is set to undefined, and keeps the others', () => {
    const both = withInspection(withInspection(state(), '1', { recording }), '1', { sampling: true })
    expect(withInspection(both, '1', { recording: undefined }).jobs.get('1')).toEqual({ sampling: true })
  })
})
