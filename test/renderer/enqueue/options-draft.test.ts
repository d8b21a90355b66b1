import { describe, expect, it } from 'vitest'
import { jobOptionsSchema } from '../../../electron/contract/job.ts'
import {
  emptyOptions,
  optionsOf,
  readOptions,
  setOptions,
  type OptionsDraft,
} from '../../../renderer/features/enqueue/options-draft.ts'

const inherited = { type: 'exponential', delayMs: 2000 } as const
const now = Date.parse('2026-11-24T14:00:00Z')
const read = (change: Partial<OptionsDraft>) => readOptions({ ...emptyOptions, ...change }, inherited, now)

describe('the options of a job', () => {
  it('left empty send nothing', () => {
    expect(read({})).toEqual({ options: {}, problems: {} })
    expect(setOptions(emptyOptions)).toBe(0)
  })

  it('are read as the contract wants them', () => {
    const { options, problems } = read({
      attempts: '5',
      priority: '10',
      timeout: '1 m',
      memoryMb: '256',
      executor: 'inline',
      deduplicationId: ' nightly ',
      run: 'after',
      delay: '90',
    })
    expect(problems).toEqual({})
    expect(jobOptionsSchema.parse(options)).toEqual({
      attempts: 5,
      priority: 10,
      timeoutMs: 60_000,
      memoryMb: 256,
      executor: 'inline',
      deduplicationId: 'nightly',
      delayMs: 90_000,
    })
  })

  it('half a back-off takes the other half from what holds', () => {
    expect(read({ backoffDelay: '15 s' }).options).toEqual({ backoff: { type: 'exponential', delayMs: 15_000 } })
    expect(read({ backoffType: 'fixed' }).options).toEqual({ backoff: { type: 'fixed', delayMs: 2000 } })
  })

  it('a time of day becomes a delay', () => {
    expect(read({ run: 'at', at: new Date(now + 60_000).toISOString() }).options).toEqual({ delayMs: 60_000 })
  })

  it.each([
    [{ attempts: '0' }, 'attempts', 'Must be a whole number from 1 to 1,000.'],
    [{ attempts: '2.5' }, 'attempts', 'Must be a whole number from 1 to 1,000.'],
    [{ priority: '-1' }, 'priority', 'Must be a whole number from 0 to 2,097,152.'],
    [{ memoryMb: '8' }, 'memoryMb', 'Must be a whole number from 16 to 1,048,576.'],
    [{ timeout: '25 d' }, 'timeout', 'Must be at most 24 d.'],
    [{ run: 'after', delay: '4000 d' }, 'delay', 'Must be at most 3650 d.'],
    [{ run: 'at', at: '2040-01-01T00:00' }, 'at', 'Must be within ten years.'],
    [{ timeout: 'long' }, 'timeout', 'Write a time such as 30 s, 5 m or 1 h 30 m.'],
    [{ timeout: '0' }, 'timeout', 'Must be more than nothing.'],
    [{ run: 'after' }, 'delay', 'Write how long to wait, such as 5 m.'],
    [{ run: 'at' }, 'at', 'Choose a day and a time.'],
    [{ run: 'at', at: '2020-01-01T00:00' }, 'at', 'This time has passed.'],
    [{ deduplicationId: 'x'.repeat(513) }, 'deduplicationId', 'Must have at most 512 characters.'],
  ] as const)('%j is refused', (change, field, message) => {
    expect(read(change).problems).toEqual({ [field]: message })
  })

  it('of an earlier job come back where they differ, without its delay and its deduplication id', () => {
    const options = {
      attempts: 5,
      backoff: { type: 'fixed', delayMs: 2000 },
      timeoutMs: 60_000,
      delayMs: 9,
      deduplicationId: 'x',
      priority: 0,
      executor: 'thread',
    } as const
    const draft = optionsOf(options, { attempts: 5, backoff: inherited, defaults: {} })
    expect(setOptions(draft)).toBe(2)
    expect(readOptions(draft, inherited, now).options).toEqual({
      backoff: { type: 'fixed', delayMs: 2000 },
      timeoutMs: 60_000,
    })
  })
})
