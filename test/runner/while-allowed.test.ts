import { expect, test } from 'vitest'
import type { BatchProgress } from '../../electron/contract/batch.ts'
import { readOnlyError } from '../../electron/runner/safety/read-only.ts'
import { whileAllowed, type Allowing } from '../../electron/runner/safety/while-allowed.ts'
import { runBatch } from '../../electron/runner/jobs/run-batch.ts'

/** A profile whose changes can be stopped, and who listens for it. */
function allowing() {
  const listeners = new Set<() => void>()
  let readOnly = false
  const onChange = (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
  const refuseReadOnly = () => {
    if (readOnly) throw readOnlyError('Production EU')
  }
  const used = { current: () => ({ name: 'Production EU' }), onChange }
  return {
    parts: { safety: { refuseReadOnly, onChange }, used } as unknown as Allowing,
    listening: () => listeners.size,
    end() {
      readOnly = true
      for (const listener of listeners) listener()
    },
  }
}

const ids = Array.from({ length: 1000 }, (_, n) => String(n))
const never = new AbortController().signal

async function all(telling: Promise<AsyncIterable<BatchProgress>>): Promise<BatchProgress | undefined> {
  let last: BatchProgress | undefined
  for await (const told of await telling) last = told
  return last
}

test('what is done to many jobs stops once the profile is made read-only, and says how far it came', async () => {
  const profile = allowing()
  let begun = 0
  const act = () => {
    begun += 1
    if (begun === 100) profile.end()
    return Promise.resolve()
  }
  const refusal = /^Production EU is read-only now, so this was stopped: 1\d\d of 1,000 jobs were done/
  await expect(
    all(whileAllowed(profile.parts, never, async (signal) => runBatch({ ids, act, signal }))),
  ).rejects.toMatchObject({ code: 'READ_ONLY', message: expect.stringMatching(refusal) as string })
  expect(begun).toBeLessThan(120)
  expect(profile.listening()).toBe(0)
})

test('it begins nothing when the profile was made read-only before anybody read of it', async () => {
  const profile = allowing()
  let begun = 0
  const act = () => Promise.resolve((begun += 1))
  const telling = await whileAllowed(profile.parts, never, async (signal) => runBatch({ ids, act, signal }))
  profile.end()
  await expect(all(Promise.resolve(telling))).rejects.toMatchObject({ code: 'READ_ONLY' })
  expect(begun).toBe(0)
})

test('it goes on to its end when nothing of that happens, and what was done by then counts as done', async () => {
  const profile = allowing()
  const act = () => Promise.resolve()
  const done = { total: 1000, done: 1000, failed: 0, over: true }
  expect(await all(whileAllowed(profile.parts, never, async (signal) => runBatch({ ids, act, signal })))).toEqual(done)
  let begun = 0
  const last = () => {
    begun += 1
    if (begun === ids.length) profile.end()
    return Promise.resolve()
  }
  const telling = whileAllowed(profile.parts, never, async (signal) => runBatch({ ids, act: last, signal }))
  expect(await all(telling)).toEqual(done)
  expect(profile.listening()).toBe(0)
})
