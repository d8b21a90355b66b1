import { expect, test } from 'vitest'
import type { Runner } from '../../electron/contract/runner.ts'
import { createUnknownTypes } from '../../electron/runner/jobs/unknown-types.ts'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import type { QueuedJob } from '../../electron/runner/queue/job-queue.ts'

const runner = (id: string, state: Runner['state'] = 'taking'): Runner =>
  ({ id, state, self: false, jobTypes: ['theirs'] }) as unknown as Runner
const job = (id: string) => ({ id, type: 'theirs' }) as QueuedJob

/** A runner that knows no type, beside the others it sees. */
function beside(...others: Runner[]) {
  const looked: (() => void)[] = []
  const woken: string[] = []
  let seen = others
  const unknownTypes = createUnknownTypes({
    catalog: { get: () => undefined, onChange: () => () => undefined } as unknown as Catalog,
    runners: {
      knows: (type) => seen.some(({ jobTypes }) => jobTypes.includes(type)),
      lastSeen: () => seen,
      onLook(listener) {
        looked.push(listener)
        return () => undefined
      },
    },
    rule: () => 'keep',
    offer: () => Promise.resolve('refused'),
    wake: (id) => void woken.push(id),
  })
  const see = (...now: Runner[]): void => {
    seen = now
    for (const listener of looked) listener()
  }
  see(...others)
  return { unknownTypes, woken, see }
}

test('a job that was refused is offered anew as soon as another runner with its type takes jobs', async () => {
  const { unknownTypes, woken, see } = beside(runner('busy'), runner('idle', 'paused'))
  expect(await unknownTypes.verdictFor({ job: job('1'), token: '' })).toMatchObject({ kind: 'postpone' })
  see(runner('busy'), runner('idle', 'paused'))
  expect(woken).toEqual([])
  see(runner('busy'), runner('idle'))
  expect(woken).toEqual(['1'])
  see(runner('busy'), runner('idle'))
  expect(woken).toEqual(['1'])
  see(runner('busy'), runner('idle'), runner('new'))
  expect(woken).toEqual(['1', '1'])
})

test('a job whose type nobody knew is ready at once when such a runner comes', async () => {
  const { unknownTypes, woken, see } = beside()
  expect(await unknownTypes.verdictFor({ job: job('1'), token: '' })).toMatchObject({ kind: 'postpone' })
  see(runner('new'))
  expect(woken).toEqual(['1'])
})

test('the wait for one that refuses grows with each refusal', async () => {
  const { unknownTypes } = beside(runner('busy'))
  const delays: unknown[] = []
  for (let turn = 0; turn < 7; turn += 1) {
    const verdict = await unknownTypes.verdictFor({ job: job('1'), token: '' })
    delays.push(verdict.kind === 'postpone' && verdict.delayMs)
  }
  expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000])
})
