import { describe } from 'vitest'
import { describeAttempts } from './contract/attempts.ts'
import { describeConsumer } from './contract/consumer.ts'
import { describeDead } from './contract/dead.ts'
import { describeFinished } from './contract/finished.ts'
import { describeLimits } from './contract/limits.ts'
import { describeOutage } from './contract/outage.ts'
import { createQueueBench, type QueueUnderTest } from './contract/queue-bench.ts'
import { describeRelay } from './contract/relay.ts'
import { describeUnknown } from './contract/unknown.ts'
import { describeWaiting } from './contract/waiting.ts'
import { describeWatching } from './contract/watching.ts'

/** The promises of a queue, the same on every server. */
export function describeJobQueue(label: string, start: () => Promise<QueueUnderTest>): void {
  describe(`job queue on ${label}`, () => {
    const bench = createQueueBench(start)
    describeAttempts(bench)
    describeWaiting(bench)
    describeFinished(bench)
    describeConsumer(bench)
    describeDead(bench)
    describeLimits(bench)
    describeUnknown(bench)
    describeWatching(bench)
    describeRelay(bench)
    // Last, since these end the server under test and bring it back.
    describeOutage(bench)
  })
}

/** Those of them that lean most on the connection, for a server that differs from another only in how it is reached. */
export function describeJobQueueBriefly(label: string, start: () => Promise<QueueUnderTest>): void {
  describe(`job queue on ${label}`, () => {
    const bench = createQueueBench(start)
    describeWaiting(bench)
    describeUnknown(bench)
    describeDead(bench)
    describeWatching(bench)
    describeOutage(bench)
  })
}
