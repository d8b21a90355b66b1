import { describe, expect, it } from 'vitest'
import {
  asOutageBullmqKnows,
  isLostRace,
  isPostgresOutage,
  isPostgresSilence,
} from '../../electron/runner/queue/postgres-outage.ts'

const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code })

describe('what PostgreSQL says when it is away', () => {
  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', '57P01', '57P02', '57P03', '08006', '53300'])(
    'takes %s for an outage, which BullMQ tries again after',
    (code) => {
      expect(isPostgresOutage(coded(code))).toBe(true)
      expect(asOutageBullmqKnows(coded(code))).toMatchObject({ code: 'ECONNREFUSED', message: 'x' })
    },
  )

  it.each([
    'Connection terminated unexpectedly',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Client was closed and is not queryable',
    'Client has encountered a connection error and is not queryable',
  ])('takes "%s" for an outage', (message) => expect(isPostgresOutage(new Error(message))).toBe(true))

  it.each([
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Connection terminated due to connection timeout',
    'Query read timeout',
  ])('takes "%s" for a silence: whatever else seems to stand may lead nowhere', (message) =>
    expect(isPostgresSilence(new Error(message))).toBe(true),
  )

  it.each(['40P01', '40001'])('tells a lost race (%s) from an outage; a worker tries again after both', (code) => {
    expect(isLostRace(coded(code))).toBe(true)
    expect(isPostgresOutage(coded(code))).toBe(false)
    expect(asOutageBullmqKnows(coded(code))).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.each(['BM001', '42P01', '22P05', '23505'])('leaves %s as it is: asking again would not help', (code) => {
    const error = coded(code)
    expect(isPostgresOutage(error)).toBe(false)
    expect(asOutageBullmqKnows(error)).toBe(error)
  })
})
