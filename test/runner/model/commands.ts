import fc from 'fast-check'
import { expect } from 'vitest'
import { isFinished } from '../../../electron/contract/job.ts'
import {
  compare,
  enqueue,
  fewestThreads,
  hasThreadFor,
  holdsThread,
  stateOfReady,
  type Kind,
  type Model,
  type ModelJob,
  type Real,
} from './model.ts'

type Step = fc.AsyncCommand<Model, Real>

const long = 600_000
const by = 'test'

/** What is done to the runner, and what that makes of the model; both are compared afterwards. */
function step(name: string, act: (model: Model, real: Real) => Promise<void>, check?: (model: Model) => boolean): Step {
  return {
    check: (model) => check?.(model) ?? true,
    async run(model, real) {
      await act(model, real)
      await compare(model, real)
    },
    toString: () => name,
  }
}

/** Done to one of the jobs there are. */
function onJob(name: string, pick: number, act: (job: ModelJob, model: Model, real: Real) => Promise<void>): Step {
  return step(
    `${name}(${pick})`,
    (model, real) => act(model.jobs[pick % model.jobs.length] as ModelJob, model, real),
    (model) => model.jobs.length > 0,
  )
}

async function refuses(asked: Promise<unknown>, code: string): Promise<void> {
  await expect(asked).rejects.toMatchObject({ code })
}

const enqueueStep = ({ kind, attempts }: { kind: Kind; attempts: number }) =>
  step(
    `enqueue(${kind}, ${attempts} attempts)`,
    async (model, real) => {
      const { id } = await enqueue(real, kind, { attempts })
      model.jobs.push({ id, kind, state: stateOfReady(model, kind) })
    },
    (model) => hasThreadFor(model, kind),
  )

const enqueueLater = step('enqueue(quick, later)', async (model, real) => {
  const { id } = await enqueue(real, 'quick', { attempts: 1, delayMs: long })
  model.jobs.push({ id, kind: 'quick', state: 'delayed' })
})

interface Cancel {
  pick: number
  now: boolean
  then: 'stop' | 'retry'
}

const cancel = ({ pick, now, then }: Cancel) =>
  onJob(`cancel(${now ? 'now, ' : ''}then ${then})`, pick, async (job, model, { runner }) => {
    const asked = runner.jobs.cancel(job.id, { by, now, then })
    if (isFinished(job.state)) return refuses(asked, 'JOB_FINISHED')
    const runs = job.state === 'active'
    if (!runs && then === 'retry') return refuses(asked, 'INVALID_REQUEST')
    const killed = now && holdsThread(job.kind)
    expect(await asked).toMatchObject({ result: !runs ? 'cancelled' : killed ? 'killed' : 'asked' })
    job.state = then === 'retry' ? stateOfReady(model, job.kind) : 'cancelled'
  })

const retry = (pick: number) =>
  onJob('retry', pick, async (job, model, { runner }) => {
    if (isFinished(job.state) && !hasThreadFor(model, job.kind)) return
    const asked = runner.jobs.retry(job.id)
    if (!isFinished(job.state)) return refuses(asked, 'JOB_NOT_FINISHED')
    const { id } = await asked
    // The queue has let go of some: then it is a new job with the same input.
    if (id === job.id) job.state = stateOfReady(model, job.kind)
    else model.jobs.push({ id, kind: job.kind, state: stateOfReady(model, job.kind) })
  })

const promote = (pick: number) =>
  onJob('promote', pick, async (job, model, { runner }) => {
    const asked = runner.jobs.promote(job.id)
    if (job.state !== 'delayed') return refuses(asked, 'JOB_NOT_DELAYED')
    await asked
    job.state = stateOfReady(model, job.kind)
  })

const remove = (pick: number) =>
  onJob('remove', pick, async (job, model, { runner }) => {
    const asked = runner.jobs.remove(job.id)
    if (job.state === 'active') return refuses(asked, 'JOB_ACTIVE')
    await asked
    model.jobs.splice(model.jobs.indexOf(job), 1)
    await refuses(runner.jobs.get(job.id), 'JOB_NOT_FOUND')
  })

const pause = step('pause', async (model, { runner }) => {
  await runner.queue.pause()
  model.paused = true
})

const resume = step('resume', async (model, { runner }) => {
  await runner.queue.resume()
  model.paused = false
  for (const job of model.jobs) if (job.state === 'waiting') job.state = stateOfReady(model, job.kind)
})

const resize = (threads: number) =>
  step(`resize(${threads})`, async (_model, { runner }) => {
    await runner.preferences.update({
      pool: { minThreads: 1, maxThreads: threads },
      queue: { concurrency: 40 + threads },
    })
  })

const restart = step('restart', async (model, real) => {
  await real.runner.stop({ graceMs: 0 })
  real.runner = await real.home.start()
  // Given back by the one, and taken by the other.
  for (const job of model.jobs) if (job.state === 'active') job.state = stateOfReady(model, job.kind)
})

const pick = fc.nat(20)
const anyKind = fc.constantFrom<Kind>('quick', 'fail', 'hold-inline', 'hold', 'spin', 'crash-on-abort')

const anyEnqueue = fc.record({ kind: anyKind, attempts: fc.constantFrom(1, 2) }).map(enqueueStep)
const anyCancel = fc
  .record({ pick, now: fc.boolean(), then: fc.constantFrom<Cancel['then']>('stop', 'stop', 'retry') })
  .map(cancel)

export const steps: fc.Arbitrary<Step>[] = [
  // The more of these, the more of what only threads and cancels do.
  ...[1, 2].map(() => anyEnqueue),
  fc.constant(enqueueLater),
  ...[1, 2, 3].map(() => anyCancel),
  pick.map(retry),
  pick.map(promote),
  pick.map(remove),
  fc.constant(pause),
  fc.constant(resume),
  fc.integer({ min: fewestThreads, max: fewestThreads + 2 }).map(resize),
  fc.constant(restart),
]

/** As it was before, for the next sequence. */
export async function tidy(model: Model, real: Real): Promise<void> {
  const { runner } = real
  if (!model.paused) await runner.queue.pause()
  for (const { id } of model.jobs) {
    await runner.jobs.cancel(id, { by, now: true }).catch(() => undefined)
    await expect
      .poll(() =>
        runner.jobs.get(id).then(
          ({ state }) => isFinished(state),
          () => true,
        ),
      )
      .toBe(true)
    await runner.jobs.remove(id).catch(() => undefined)
  }
  await runner.queue.resume()
}
