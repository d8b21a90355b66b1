import { dialog } from 'electron'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { togglePause } from '../../electron/main/toggle-pause.ts'
import { createRunnerDouble, queueInfo } from '../api/runner-double.ts'

vi.mock('electron', async () => (await import('./electron-double.ts')).electronDouble())

function runnerThat(parts: { paused?: boolean; readOnly?: boolean }) {
  const runner = createRunnerDouble({ readOnly: parts.readOnly ?? false })
  const info = () => Promise.resolve({ ...queueInfo, paused: parts.paused ?? false })
  const called: string[] = []
  const queue = {
    ...runner.queue,
    info,
    pause: () => (called.push('pause'), info()),
    resume: () => (called.push('resume'), info()),
  }
  return { called, starting: Promise.resolve({ runner: { ...runner, queue } }) }
}

describe('the menu’s Pause or resume', () => {
  afterEach(() => vi.mocked(dialog.showErrorBox).mockClear())

  test.each([
    [false, 'pause'],
    [true, 'resume'],
  ])('of a queue that is paused (%s) does %s', async (paused, done) => {
    const { called, starting } = runnerThat({ paused })
    await togglePause(starting)
    expect(called).toEqual([done])
    expect(dialog.showErrorBox).not.toHaveBeenCalled()
  })

  test('changes nothing of a read-only profile, and says so', async () => {
    for (const paused of [false, true]) {
      const { called, starting } = runnerThat({ paused, readOnly: true })
      await togglePause(starting)
      expect(called).toEqual([])
    }
    expect(vi.mocked(dialog.showErrorBox).mock.calls).toEqual([
      ['The queue was not changed', expect.stringContaining('is read-only.')],
      ['The queue was not changed', expect.stringContaining('is read-only.')],
    ])
  })

  test('of a runner that did not start says why', async () => {
    await togglePause(Promise.reject(new Error('REDIS_PORT is no port.')))
    expect(dialog.showErrorBox).toHaveBeenCalledExactlyOnceWith('The queue was not changed', 'REDIS_PORT is no port.')
  })
})
