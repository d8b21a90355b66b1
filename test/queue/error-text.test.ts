import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeError, encodeError, stalledReason } from '../../electron/runner/queue/error-text.ts'

describe('the error of a job in the queue', () => {
  it('gives back code, message, stack and cancel', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((value) => !value.includes('\0'))
    fc.assert(
      fc.property(text, text, fc.option(text, { nil: undefined }), fc.boolean(), (code, message, stack, cancelled) => {
        const error = { code, message, ...(stack === undefined ? {} : { stack }) }
        const stored = encodeError(error, cancelled)
        fc.pre(stack !== stored.failedReason)
        expect(decodeError(stored.failedReason, stored.stack)).toEqual({ error, cancelled })
      }),
    )
  })

  it('reads as a sentence in other tools', () => {
    const error = { code: 'TIMED_OUT', message: 'It took longer than 30 s.' }
    expect(encodeError(error, false).failedReason).toBe('[TIMED_OUT] It took longer than 30 s.')
    expect(encodeError(error, true).failedReason).toBe('[cancelled:TIMED_OUT] It took longer than 30 s.')
  })

  it('cannot be taken for the mark of a cancel', () => {
    const { failedReason, stack } = encodeError({ code: 'cancelled:X', message: 'm' }, false)
    expect(decodeError(failedReason, stack)).toMatchObject({ cancelled: false, error: { code: 'cancelled:X' } })
  })

  it('cuts what is too long', () => {
    const { failedReason, stack } = encodeError({ code: 'X', message: 'm'.repeat(1e6), stack: 's'.repeat(1e6) }, false)
    expect(failedReason.length).toBeLessThan(11_000)
    expect(stack.length).toBeLessThan(21_000)
  })

  it('reads a failure that another program wrote', () => {
    expect(decodeError('boom', 'Error: boom')).toEqual({
      error: { code: 'JOB_FAILED', message: 'boom', stack: 'Error: boom' },
      cancelled: false,
    })
  })

  it('says in words that the runners of a job died', () => {
    expect(decodeError(stalledReason, undefined).error).toMatchObject({ code: 'LOST' })
  })
})
