import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contract } from '../../electron/contract/contract.ts'
import type { OperationMeta } from '../../electron/contract/effect.ts'
import type { SystemInfo } from '../../electron/contract/runner.ts'
import { takingWords } from '../../renderer/app/read-only-words.ts'
import { createJobActions } from '../../renderer/features/job-actions/use-job-actions.ts'
import { runBatch } from '../../renderer/features/job-actions/run-batch.ts'
import { createRunnerActions } from '../../renderer/features/runners/use-runner-actions.ts'
import type { Client } from '../../renderer/lib/client.ts'
import { createPanelStores } from '../../renderer/lib/panel-stores.ts'
import { readOnlyReason, refusesChange } from '../../renderer/lib/read-only.ts'
import { applySnapshot } from '../../renderer/lib/updates.ts'
import { at, iso, snapshot } from './samples.ts'

function panel(profile: Partial<SystemInfo['profile']> = { readOnly: true }) {
  const stores = createPanelStores()
  const shown = snapshot(1)
  applySnapshot(stores, {
    ...shown,
    system: { ...shown.system, profile: { ...shown.system.profile, name: 'Production EU', ...profile } },
  })
  const calls: string[] = []
  const spy = (path: string): unknown =>
    new Proxy(() => undefined, {
      get: (_target, name) => spy(`${path}.${String(name)}`),
      apply: () => {
        calls.push(path)
        return new Promise(() => undefined)
      },
    })
  return { stores, calls, client: spy('client') as Client, toasts: () => stores.toasts.getState().toasts }
}

describe('a read-only profile in the panel', () => {
  test('says so until changes are allowed', () => {
    const reason = (profile: Partial<SystemInfo['profile']>) =>
      readOnlyReason(panel(profile).stores.system.getState().value)
    expect(reason({ readOnly: true })).toBe('Production EU is read-only')
    expect(reason({ readOnly: true, changesAllowedUntil: iso(at + 60_000) })).toBeUndefined()
    expect(reason({ readOnly: false })).toBeUndefined()
    expect(readOnlyReason(undefined)).toBeUndefined()
  })

  test('answers no action with a call, and says why once, with the way to allow changes', async () => {
    const { stores, calls, client, toasts } = panel()
    const job = { id: '1', type: 'add-two-numbers', state: 'waiting' as const }
    const jobs = createJobActions(client, stores)
    jobs.cancel(job)
    jobs.kill(job, 'stop')
    jobs.retry(job)
    jobs.promote(job)
    jobs.remove(job)
    const runners = createRunnerActions(client, stores)
    const runner = { id: 'r', host: 'h' } as Parameters<typeof runners.pause>[0]
    runners.pause(runner)
    runners.resume(runner)
    runners.drain(runner)
    runners.resize(runner, { maxThreads: 1 })
    await runBatch(client, stores, 'remove', {})
    expect(calls).toEqual([])
    expect(toasts()).toMatchObject([{ title: 'Production EU is read-only', detail: 'Nothing was changed.' }])
    toasts()[0]?.action?.run()
    expect(stores.ui.getState().question).toEqual({ kind: 'allow-changes' })
  })

  test('lets actions through while changes are allowed', () => {
    const { stores, calls, client, toasts } = panel({ readOnly: true, changesAllowedUntil: iso(at + 60_000) })
    createJobActions(client, stores).retry({ id: '1', type: 'add-two-numbers', state: 'failed' })
    expect(calls).toEqual(['client.jobs.retry'])
    expect(refusesChange(stores)).toBe(false)
    expect(toasts()).toEqual([])
  })
})

describe('what is said of the runner', () => {
  const name = 'Production EU'
  const off = 'Enqueue, cancel, retry, remove and pause are off'

  test('is whether it takes jobs, and what becomes of those that run', () => {
    const held = { name, readOnly: true, takesNoJobs: true }
    expect(takingWords(held, 0)).toBe(`${off}, and this runner takes none of its jobs.`)
    expect(takingWords(held, 1)).toBe(
      `${off}, and this runner takes none of its jobs. 1 job that runs here finishes, and how is stored.`,
    )
    expect(takingWords(held, 2)).toMatch(/2 jobs that run here finish, and how is stored\.$/)
    expect(takingWords({ name, readOnly: true }, 2)).toBe(`${off}.`)
  })

  test('while changes are allowed is only what it does not do', () => {
    const allowed = { name, readOnly: true, changesAllowedUntil: iso(at), takesNoJobs: true }
    expect(takingWords(allowed, 0)).toBe('This runner still takes none of its jobs.')
  })

  test('after read-only was lifted is what is still to be done', () => {
    expect(takingWords({ name, readOnly: false, takesNoJobs: true }, 0)).toMatch(
      /read-only when it was opened\. Used again/,
    )
  })
})

/** `jobs.enqueue` and the like: every operation that changes jobs, the queue or another runner. */
function changingOperations(node: object, path: string[] = []): string[] {
  return Object.entries(node).flatMap(([name, value]: [string, object]) => {
    const here = [...path, name]
    if (!('~orpc' in value)) return changingOperations(value, here)
    const { effect = 'changes' } = (value['~orpc'] as { meta: OperationMeta }).meta
    return effect === 'changes' || effect === 'destroys' ? [here.join('.')] : []
  })
}

/** Files that leave it to another: two are called by it, one only counts what the other would do. */
const askedByCaller: Record<string, string> = {
  'submit-jobs.ts': 'use-submit.ts',
  'mass-question.tsx': 'use-mass.ts',
  'queue-acts.ts': 'run-batch.ts',
}

test('every file of the panel that calls a changing operation asks first whether it may', () => {
  const root = join(import.meta.dirname, '../../renderer')
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(({ name }) => /\.tsx?$/.test(name))
  const textOf = (name: string): string => {
    const file = files.find((one) => one.name === name)
    if (file === undefined) throw new Error(`The panel has no file ${name}.`)
    return readFileSync(join(file.parentPath, name), 'utf8')
  }
  const operations = changingOperations(contract)
  expect(operations).toContain('jobs.enqueue')
  const calling = files.filter(({ name, parentPath }) => {
    const text = readFileSync(join(parentPath, name), 'utf8').replaceAll(/\s+\./g, '.')
    return operations.some((operation) => text.includes(`client.${operation}(`))
  })
  expect(calling.length).toBeGreaterThan(5)
  const unasked = calling.filter(({ name }) => !textOf(askedByCaller[name] ?? name).includes('refusesChange('))
  expect(unasked.map(({ name }) => name)).toEqual([])
})
