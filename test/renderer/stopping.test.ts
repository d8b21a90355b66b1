import { describe, expect, test } from 'vitest'
import { stoppingOf } from '../../renderer/lib/stopping.ts'
import { at, iso, row } from './samples.ts'

const pending = { id: '7', type: 'x', askedAt: at - 1000, killAt: at + 9000, runningSince: at - 5000 }
const asked = { code: 'CANCELLING', message: 'Asked to stop.' } as const

describe('a job that was asked to stop', () => {
  test('is counted down as the runner tells it, whoever asked: a batch, another window, a script', () => {
    const told = row('7', { state: 'active', waitingReason: { ...asked, killAt: iso(at + 6000) } })
    expect(stoppingOf(told, undefined)).toEqual({ killAt: at + 6000, askedAt: undefined })
  })

  test('is known of this window before the runner tells', () => {
    expect(stoppingOf(row('7', { state: 'active' }), pending)).toEqual({ killAt: at + 9000, askedAt: at - 1000 })
  })

  test('has no countdown where it cannot be killed, and none once it is over', () => {
    expect(stoppingOf(row('7', { state: 'active', waitingReason: asked }), undefined)?.killAt).toBeUndefined()
    expect(stoppingOf(row('7', { state: 'cancelled' }), pending)).toBeUndefined()
    expect(stoppingOf(row('7', { state: 'active' }), undefined)).toBeUndefined()
  })
})
