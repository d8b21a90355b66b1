import { expect, test } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import type { SessionRunner } from '../../electron/runner/runner.ts'
import { SessionGate } from '../../electron/runner/switching/session-gate.ts'
import { createRunnerDouble } from '../api/runner-double.ts'

function session(name: string): SessionRunner & { name: string } {
  return { ...createRunnerDouble(), findQueues: () => Promise.resolve({ queues: [] }), name }
}
const nameOf = (runner: SessionRunner): Promise<string> => Promise.resolve((runner as { name?: string }).name ?? '')

test('what is read while there is no session is read from the next one', async () => {
  const gate = new SessionGate(session('old'))
  await gate.shut()
  const read = gate.read(nameOf)
  gate.open(session('new'))
  expect(await read).toBe('new')
})

test('what would change something is refused meanwhile, and never happens to the next one', async () => {
  const gate = new SessionGate(session('old'))
  expect(await gate.change(nameOf)).toBe('old')
  await gate.shut()
  const changed = gate.change(nameOf).catch((error: unknown) => error)
  gate.open(session('new'))
  expect(await changed).toMatchObject({ code: 'UNAVAILABLE' })
  expect(await gate.change(nameOf)).toBe('new')
})

test('calls under way are waited for before it counts as shut, and streams are ended first', async () => {
  const gate = new SessionGate(session('old'))
  const { ended } = await gate.enter()
  const call = Promise.withResolvers<string>()
  const asked = gate.read(() => call.promise)
  let shut = false
  await Promise.resolve()
  const shutting = gate.shut().then(() => (shut = true))
  expect(ended.aborted).toBe(true)
  expect(shut).toBe(false)
  call.resolve('answer')
  await shutting
  expect(await asked).toBe('answer')
})

test('with no session to come, calls are refused at once with the reason until one is opened', async () => {
  const gate = new SessionGate(session('old'))
  await gate.shut()
  gate.refuse(new TorilError('UNAVAILABLE', 'It could not be opened again.'))
  await expect(gate.read(nameOf)).rejects.toThrow('It could not be opened again.')
  const stop = new AbortController()
  const next = gate.next(stop.signal)
  gate.open(session('new'))
  expect(await nameOf((await next)?.runner ?? session('none'))).toBe('new')
})
