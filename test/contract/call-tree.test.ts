import fc from 'fast-check'
import { expect, test } from 'vitest'
import { callTree, hottest, type CallNode } from '../../electron/contract/call-tree.ts'
import type { CpuProfile, ProfileNode } from '../../electron/contract/profile.ts'

function profileOf(nodes: [id: number, name: string, children?: number[]][], samples: [number, number][]): CpuProfile {
  const timeDeltas = samples.map(([, delta]) => delta)
  const sum = timeDeltas.reduce((total, delta) => total + delta, 0)
  return {
    nodes: nodes.map(([id, functionName, children = []]): ProfileNode => {
      const url = functionName.startsWith('(') ? '' : 'file:///job.ts'
      const callFrame = { functionName, scriptId: '1', url, lineNumber: 9, columnNumber: 0 }
      return { id, callFrame, hitCount: 0, children }
    }),
    startTime: 1000,
    endTime: 1000 + sum + 5,
    samples: samples.map(([node]) => node),
    timeDeltas,
    $toril: {
      job: { id: '1', type: 't', attempt: 1, executor: 'thread' },
      recordedAt: '2026-11-24T14:03:27.120Z',
      durationMs: 1,
      ended: 'time',
      scope: 'thread',
      jobFiles: [],
    },
  }
}

const shape = ({ name, selfUs, totalUs, children }: CallNode): unknown[] => [name, selfUs, totalUs, children.map(shape)]

test('a sample stands for the time until the next, and what was split by compilation is one call again', () => {
  const profile = profileOf(
    [
      [1, '(root)', [2, 5, 6]],
      [2, 'run', [3, 4]],
      [3, 'hash'],
      [4, 'hash'],
      [5, '(idle)'],
      [6, ''],
    ],
    [
      [3, 2],
      [4, 10],
      [2, 20],
      [5, 30],
      [6, 40],
    ],
  )
  const tree = callTree(profile)
  expect(shape(tree)).toEqual([
    '(root)',
    0,
    105,
    [
      ['run', 30, 60, [['hash', 30, 30, []]]],
      ['(idle)', 40, 40, []],
      ['(anonymous)', 5, 5, []],
    ],
  ])
  expect(tree.children[0]?.line).toBe(10)
})

test('a function that calls itself is counted once in its total', () => {
  const profile = profileOf(
    [
      [1, '(root)', [2]],
      [2, 'walk', [3]],
      [3, 'walk'],
    ],
    [
      [2, 0],
      [3, 10],
    ],
  )
  expect(hottest(callTree(profile))).toMatchObject([{ name: 'walk', selfUs: 15, totalUs: 15 }])
})

test('whatever was recorded, the times add up', () => {
  const sampled = fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(1000)), { maxLength: 50 })
  fc.assert(
    fc.property(sampled, (samples) => {
      const nodes: [number, string, number[]?][] = [
        [1, '(root)', [2, 5]],
        [2, 'a', [3, 4]],
        [3, 'b'],
        [4, 'a'],
        [5, 'b'],
      ]
      const profile = profileOf(nodes, samples)
      const tree = callTree(profile)
      const lasted = samples.length === 0 ? 0 : profile.endTime - profile.startTime - (samples[0]?.[1] ?? 0)
      expect(tree.totalUs).toBe(lasted)
      const self = hottest(tree).reduce((sum, { selfUs }) => sum + selfUs, 0)
      expect(self + tree.selfUs).toBe(lasted)
    }),
  )
})
