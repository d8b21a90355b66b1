import { expect, it } from 'vitest'
import * as z from 'zod'
import { createRelay, type Relay } from '../../../electron/runner/cluster/relay.ts'
import type { RunnerQueue } from '../../../electron/runner/queue/create-job-queue.ts'
import { until } from '../until.ts'
import type { QueueBench } from './queue-bench.ts'

const textSchema = z.object({ text: z.string() })

/** Runners of one queue hear each other. */
export function describeRelay(bench: QueueBench): void {
  async function openPair() {
    const a = await bench.openQueue()
    const b = await bench.openQueue({ name: a.name, runnerId: 'runner-b' })
    const problems: string[] = []
    const [relayA, relayB] = await Promise.all([open(a, 'runner-a', problems), open(b, 'runner-b', problems)])
    return { a, b, relayA, relayB, problems }
  }

  async function open(queue: RunnerQueue, ownId: string, problems: string[], answerMs = 5_000): Promise<Relay> {
    const relay = createRelay({
      ownId,
      open: (listener) => queue.openRelay(listener),
      answerMs,
      onProblem: (message) => problems.push(message),
    })
    await new Promise<void>((resolve) => relay.onListening(resolve))
    return relay
  }

  it('carries questions and answers of any size, and errors with their code', async () => {
    const { relayA, relayB } = await openPair()
    relayB.answer('echo', textSchema, ({ text }, from) => Promise.resolve({ text: `${text} ${from}` }))
    const long = `\u0000é${'x'.repeat(20_000)}`
    expect(await relayA.ask('runner-b', 'echo', { text: 'hello' }, textSchema)).toEqual({ text: 'hello runner-a' })
    expect((await relayA.ask('runner-b', 'echo', { text: long }, textSchema)).text).toBe(`${long} runner-a`)
    await expect(relayA.ask('runner-b', 'unheard-of', {}, textSchema)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
    await expect(relayA.ask('runner-b', 'echo', { text: 1 }, textSchema)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    })
    await Promise.all([relayA.close(), relayB.close()])
  })

  it('tells all others, in order, also what is too long for one message', async () => {
    const { relayA, relayB } = await openPair()
    const heard: number[] = []
    relayB.hear('news', textSchema, ({ text }) => heard.push(text.length))
    const sizes = [1, 20_000, 2, 1_500_000, 3]
    for (const size of sizes) await relayA.tell('news', { text: 'x'.repeat(size) })
    await until(() => heard.length === sizes.length, 'all is heard')
    expect(heard).toEqual(sizes)
    await Promise.all([relayA.close(), relayB.close()])
  })

  it('leaves alone what it does not know, and says so once', async () => {
    const { a, relayA, relayB, problems } = await openPair()
    const heard: string[] = []
    relayB.hear('news', textSchema, ({ text }) => heard.push(text))
    const line = a.openRelay({ onText: () => undefined, onListening: () => undefined })
    for (const strange of ['{"kind":"future","from":"runner-z"}', 'no json', '{"kind":"future","from":"runner-z"}']) {
      await line.send(undefined, strange)
    }
    await relayA.tell('gossip', {})
    await relayA.tell('gossip', {})
    await relayA.tell('news', { text: 'known' })
    await until(() => heard.length === 1, 'what is known is heard')
    expect(problems.filter((problem) => problem.includes('runner-z')).length).toBeLessThanOrEqual(2)
    expect(problems.filter((problem) => problem.includes('gossip'))).toHaveLength(1)
    await Promise.all([line.close(), relayA.close(), relayB.close()])
  })

  it('does not wait for ever for one that is silent', async () => {
    const queue = await bench.openQueue()
    const relay = await open(queue, 'runner-a', [], 50)
    await expect(relay.ask('nobody', 'echo', {}, textSchema)).rejects.toMatchObject({ code: 'RUNNER_SILENT' })
    await relay.close()
  })

  it('hears again after the server was away', async () => {
    const { relayA, relayB } = await openPair()
    let times = 0
    const heard: string[] = []
    relayB.hear('news', textSchema, ({ text }) => heard.push(text))
    relayB.onListening(() => (times += 1))
    await bench.server().goAway()
    await bench.server().comeBack()
    await until(() => times >= 2, 'it listens again')
    await until(async () => {
      await relayA.tell('news', { text: 'back' }).catch(() => undefined)
      return heard.includes('back')
    }, 'it hears')
    await Promise.all([relayA.close(), relayB.close()])
  })
}
