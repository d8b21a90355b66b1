import type { Job, Queue, Worker } from 'bullmq'
import { afterEach, expect, it } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { Consumer, Processor } from '../../electron/runner/queue/job-queue.ts'
import type { FinishedJobs } from '../../electron/runner/queue/finished-jobs.ts'
import type { QueueServer } from '../../electron/runner/queue/queue-server.ts'
import { createTrimmer } from '../../electron/runner/queue/trim.ts'
import { stopAll } from '../support/stop-all.ts'
import { complete, failWith } from './contract/processors.ts'
import { plain, type QueueUnderTest } from './contract/queue-bench.ts'
import { until } from './until.ts'

export type TrimServer = Pick<QueueUnderTest, 'target' | 'foreignQueue' | 'foreignWorker' | 'foreignFlows'> & {
  open(): Promise<QueueServer>
  /** Leaves so many completed jobs of another program there, the oldest an hour ago. */
  fill(queue: string, count: number): Promise<void>
}

/** What is trimmed of queues that another program uses as well, and what is not. */
export function describeTrim(server: () => TrimServer): void {
  const stops: (() => Promise<unknown>)[] = []
  let names = 0
  afterEach(() => stopAll(stops.splice(0).reverse()))

  async function opened(): Promise<Queue> {
    const queue = await server().foreignQueue(`shared${(names += 1)}`)
    stops.push(() => queue.close())
    await queue.getVersion()
    return queue
  }

  /** A queue of Toril's own. */
  async function madeByToril(): Promise<Queue> {
    const made = await createJobQueue({ name: `made${(names += 1)}`, backend: server().target, runnerId: 'r0' })
    expect(made.isOwn()).toBe(true)
    await made.close()
    const queue = await server().foreignQueue(made.name)
    stops.push(() => queue.close())
    return queue
  }

  /** A runner that never takes a job before it is told to. */
  async function runner(queue: Queue, runnerId = 'r1', process: Processor = complete()): Promise<Runner> {
    const own = await createJobQueue({ name: queue.name, backend: server().target, runnerId })
    stops.push(() => own.close())
    const consumer = await own.consume(process, { concurrency: 1, onSettled: () => undefined })
    await consumer.stopTaking()
    return { queue: own, consumer }
  }

  interface Runner {
    queue: RunnerQueue
    consumer: Consumer
  }

  async function ended(queue: Queue, id: string): Promise<void> {
    await until(async () => ['completed', 'failed'].includes(await queue.getJobState(id)), `${id} has ended`)
  }

  /** Ends new jobs, or those that wait, with a runner, one millisecond after the other. */
  async function endOnToril(queue: Queue, { consumer }: Runner, ...ids: string[]): Promise<void> {
    for (const id of ids) {
      const begun = Date.now()
      await until(() => Date.now() > begun, 'the clock goes on')
      if ((await queue.getJob(id)) === undefined) await queue.add('job', {}, { jobId: id })
      await consumer.start()
      await ended(queue, id)
      await consumer.stopTaking()
    }
  }

  async function endElsewhere(queue: Queue, worker: Worker, ...ids: string[]): Promise<void> {
    for (const id of ids) if ((await queue.getJob(id)) === undefined) await queue.add('job', {}, { jobId: id })
    await worker.resume()
    for (const id of ids) await ended(queue, id)
    await worker.pause()
  }

  /** Another program's, which has no name and takes nothing yet. */
  async function worker(queue: Queue, process: (job: Job) => Promise<unknown> = () => Promise.resolve(1)) {
    const theirs = server().foreignWorker(queue.name, process)
    stops.push(() => theirs.close())
    await theirs.waitUntilReady()
    await theirs.pause()
    return theirs
  }

  const left = async (queue: Queue, state: 'completed' | 'failed' = 'completed') =>
    (await queue.getJobs([state], 0, -1)).map(({ id = '' }) => id).toSorted()
  const trim = ({ queue }: Runner, completed: number, failed = completed) =>
    queue.trim({ completed, failed }, Date.now() + 1)

  it('trims the jobs that it ended in a queue that another program opened, and none of that program', async () => {
    const queue = await opened()
    await endElsewhere(queue, await worker(queue), 'theirs-1', 'theirs-2', 'theirs-3')
    const first = await runner(queue)
    await endOnToril(queue, first, 'own-1', 'own-2', 'own-3', 'own-4')
    await trim(first, 2)
    expect(await left(queue)).toEqual(['own-3', 'own-4', 'theirs-1', 'theirs-2', 'theirs-3'])
    expect(first.queue.isOwn()).toBe(false)
    await first.queue.close()

    const next = await runner(queue)
    await endOnToril(queue, next, 'own-5')
    await trim(next, 2)
    expect(await left(queue)).toEqual(['own-4', 'own-5', 'theirs-1', 'theirs-2', 'theirs-3'])
    await trim(next, 0)
    expect(await left(queue)).toEqual(['theirs-1', 'theirs-2', 'theirs-3'])
  })

  it('keeps what another program ends among its own, also in a queue that it made itself', async () => {
    const queue = await madeByToril()
    const [one, two] = [await runner(queue), await runner(queue, 'r2')]
    const theirs = await worker(queue)
    const kept: string[] = []
    for (let round = 1; round <= 3; round += 1) {
      await endElsewhere(queue, theirs, `theirs-${round}`)
      kept.push(`theirs-${round}`)
      await endOnToril(queue, one, `one-${round}`)
      await endOnToril(queue, two, `two-${round}`)
      // Both at the same time, as they do.
      await Promise.all([trim(one, 3), trim(two, 3)])
      const own = round === 1 ? ['one-1', 'two-1'] : [`two-${round - 1}`, `one-${round}`, `two-${round}`]
      expect(await left(queue)).toEqual([...own, ...kept].toSorted())
    }
    expect([one.queue.isOwn(), two.queue.isOwn()]).toEqual([false, false])
  })

  it('hears from another runner that the queue is no longer its own', async () => {
    const made = await createJobQueue({ name: `made${(names += 1)}`, backend: server().target, runnerId: 'r0' })
    stops.push(() => made.close())
    const queue = await server().foreignQueue(made.name)
    stops.push(() => queue.close())
    const other = await runner(queue)
    await endElsewhere(queue, await worker(queue), 'theirs')
    // Reading its end is enough.
    expect((await made.get('theirs'))?.state).toBe('completed')
    expect(made.isOwn()).toBe(false)
    await queue.remove('theirs')
    await trim(other, 0)
    expect(other.queue.isOwn()).toBe(false)
  })

  it('keeps the newest of its own also when kept ones were run again or deleted meanwhile', async () => {
    const queue = await opened()
    const [own, theirs] = [await runner(queue), await worker(queue)]
    await endOnToril(queue, own, 'a', 'b', 'c', 'd')
    await trim(own, 4)
    // Run again here, `a` is the newest; run again elsewhere, `b` is the other program's.
    await own.queue.retry('a')
    await endOnToril(queue, own, 'a')
    await (await queue.getJob('b'))?.retry('completed')
    await endElsewhere(queue, theirs, 'b')
    await queue.remove('d')
    await endOnToril(queue, own, 'e')
    await trim(own, 3)
    expect(await left(queue)).toEqual(['a', 'b', 'c', 'e'])
    await trim(own, 2)
    expect(await left(queue)).toEqual(['a', 'b', 'e'])
  })

  it('keeps a job that another program takes between the look and the removal', async () => {
    const queue = await opened()
    const [own, theirs] = [await runner(queue), await worker(queue)]
    await endOnToril(queue, own, 'a', 'b', 'c')
    const shown: string[] = []
    await own.queue.trim({ completed: 0, failed: 0 }, Date.now() + 1, async (ids) => {
      shown.push(...ids)
      await (await queue.getJob('b'))?.retry('completed')
      await endElsewhere(queue, theirs, 'b')
    })
    expect(shown).toEqual(['a', 'b', 'c'])
    expect(await left(queue)).toEqual(['b'])
  })

  it('keeps a job that a worker without a name ended after it had tried it itself', async () => {
    const queue = await opened()
    const own = await runner(queue, 'r1', failWith())
    const theirs = await worker(queue)
    await queue.add('job', {}, { jobId: 'tried', attempts: 2, backoff: { type: 'fixed', delay: 3_600_000 } })
    await own.consumer.start()
    await until(async () => (await queue.getJobState('tried')) === 'delayed', 'it has failed once')
    expect(await own.queue.get('tried')).toMatchObject({ runner: 'r1', byToril: true })
    await own.consumer.stopTaking()
    await (await queue.getJob('tried'))?.promote()
    await endElsewhere(queue, theirs, 'tried')
    await trim(own, 0)
    expect(await left(queue)).toEqual(['tried'])
    const read = await own.queue.get('tried')
    expect([read?.runner, read?.byToril]).toEqual([undefined, undefined])
  })

  it('leaves jobs to the retention that their producer gave them', async () => {
    const queue = await opened()
    const own = await runner(queue)
    await queue.add('job', { removeOnComplete: 'no option' }, { jobId: 'plain' })
    await queue.add('job', {}, { jobId: 'counted', removeOnComplete: { count: 100 } })
    await queue.add('job', {}, { jobId: 'for-ever', removeOnComplete: false })
    await queue.add('job', {}, { jobId: 'gone', removeOnComplete: true })
    await queue.add('job', {}, { jobId: 'failure', removeOnFail: 100 })
    await own.consumer.start()
    await until(async () => (await queue.getCompletedCount()) === 4, 'all have ended')
    await own.consumer.stopTaking()
    await trim(own, 0)
    expect(await left(queue)).toEqual(['counted', 'for-ever'])
    // They do not count among those that are kept.
    await endOnToril(queue, own, 'new')
    await trim(own, 1)
    expect(await left(queue)).toEqual(['counted', 'for-ever', 'new'])
  })

  it('takes no child from a parent that still needs it', async () => {
    const queue = await madeByToril()
    const own = await runner(queue, 'r1', (taken) => (taken.job.type === 'good' ? complete('good') : failWith())(taken))
    const flows = server().foreignFlows()
    stops.push(() => flows.close())
    const child = (name: string) => ({ name, queueName: queue.name, opts: { jobId: name } })
    await flows.add({ ...child('parent'), children: [child('good'), child('bad')] })
    await endOnToril(queue, own, 'good', 'bad')
    await trim(own, 0)
    expect(await left(queue)).toEqual([])
    expect(await left(queue, 'failed')).toEqual(['bad'])
    const parent = (await queue.getJob('parent')) as Job
    expect(await parent.getState()).toBe('waiting-children')
    // What the other child had to say is kept for it.
    expect(Object.values(await parent.getChildrenValues())).toEqual(['good'])
    await queue.remove('parent')
    await own.queue.trim({ completed: 0, failed: 0 }, Date.now() + 2 * 3_600_000)
    expect(await left(queue, 'failed')).toEqual([])
  })

  it('does not cut short the time for which a deduplication holds', async () => {
    const queue = await madeByToril()
    const own = await runner(queue)
    const deduplication = { id: 'once', ttl: 3_600_000 }
    await queue.add('job', {}, { jobId: 'first', deduplication })
    await endOnToril(queue, own, 'first')
    await trim(own, 0)
    expect(await left(queue)).toEqual([])
    await queue.add('job', {}, { jobId: 'second', deduplication })
    expect(await queue.getJob('second')).toBeUndefined()
  })

  it('keeps its own newest where far more than those ended at once', async () => {
    const queue = await opened()
    const own = await runner(queue)
    const { id = '' } = await queue.add('job', {}, { jobId: 'theirs' })
    await endElsewhere(queue, await worker(queue), id)
    await own.queue.add('job', {}, plain)
    await queue.addBulk(
      Array.from({ length: 2_400 }, (_, n) => ({ name: 'job', data: n, opts: { jobId: `own-${n}` } })),
    )
    await own.consumer.start()
    await until(async () => (await queue.getCompletedCount()) === 2_402, 'all have ended')
    const newest = (await queue.getJobs(['completed'], 0, 6)).map((job) => job.id ?? '')
    await trim(own, 7)
    expect(await left(queue)).toEqual([...newest, 'theirs'].toSorted())
  })

  it('walks through 20,000 jobs of another program once, and again only after it was started anew', async () => {
    const queue = await opened()
    await server().fill(queue.name, 20_000)
    const opens = await server().open()
    stops.push(() => opens.close())
    const asked = { pages: 0, jobs: 0, others: 0 }
    const counted = (finished: FinishedJobs): FinishedJobs => ({
      async page(...args) {
        const page = await finished.page(...args)
        asked.pages += 1
        asked.jobs += page.length
        return page
      },
      present: (...args) => ((asked.others += 1), finished.present(...args)),
      remove: (...args) => ((asked.others += 1), finished.remove(...args)),
    })
    const trimmer = () =>
      createTrimmer({
        finished: counted(opens.finished(queue.name)),
        ask: (question) => question(),
        onTheirs: () => undefined,
      })
    const pass = async (by: ReturnType<typeof trimmer>) => {
      Object.assign(asked, { pages: 0, jobs: 0, others: 0 })
      await by({ completed: 2, failed: 2 }, Date.now() + 1)
      return { ...asked }
    }
    const first = trimmer()
    // One page more says that this was all, and one that nothing has failed.
    expect(await pass(first)).toEqual({ pages: 22, jobs: 20_000, others: 0 })
    expect(await pass(first)).toEqual({ pages: 2, jobs: 0, others: 0 })
    const own = await runner(queue)
    await endOnToril(queue, own, 'a', 'b')
    expect(await pass(first)).toEqual({ pages: 2, jobs: 2, others: 0 })
    await endOnToril(queue, own, 'c')
    expect(await pass(first)).toEqual({ pages: 2, jobs: 1, others: 2 })
    expect(await left(queue)).toHaveLength(20_002)
    const anew = trimmer()
    await endOnToril(queue, own, 'd')
    expect(await pass(anew)).toEqual({ pages: 22, jobs: 20_003, others: 1 })
    expect(await queue.getJob('b')).toBeUndefined()
    expect(await left(queue)).toHaveLength(20_002)
  })
}
